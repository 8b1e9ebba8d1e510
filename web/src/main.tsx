import { render } from "preact";
render(<p>Roosthold</p>, document.body);
