import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, it } from "vitest";
import { Markdown } from "./Markdown.tsx";

afterEach(cleanup);

it("makes elements of markdown and only of markdown", () => {
  const { container } = render(
    <Markdown
      text={
        "# Title\n\nSome **bold** and `code & <b>`, [good](https://a.example) [bad](javascript:alert(1)) ![pic](https://b.example/p.png)\n\n" +
        "<img src=x onerror=alert(1)>\n\n- [x] done\n- open\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\n```js\nlet x = 1;\n```\n\n3. three"
      }
    />,
  );
  expect(screen.getByRole("heading", { level: 2, name: "Title" })).toBeTruthy();
  expect(container.querySelector("strong")?.textContent).toBe("bold");
  expect(container.querySelector("p code")?.textContent).toBe("code & <b>");
  expect(screen.getByRole("link", { name: "good" }).getAttribute("href")).toBe("https://a.example");
  expect(screen.queryByRole("link", { name: "bad" })).toBeNull();
  expect(screen.getByRole("link", { name: "pic" }).getAttribute("href")).toBe("https://b.example/p.png");
  expect(container.querySelector("img, script")).toBeNull();
  expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
  expect(container.querySelectorAll("td")).toHaveLength(2);
  expect(container.querySelector("blockquote")?.textContent).toContain("quote");
  expect(container.querySelector("pre")?.textContent).toBe("let x = 1;");
  expect(container.querySelector("ol")?.getAttribute("start")).toBe("3");
  expect(screen.getByRole("button", { name: "Copy code" })).toBeTruthy();
});

it("shows any text without failing", () => {
  for (const text of ["", "`", "```", "[", "<", "&#39;&amp;", "\u0000", "|a|\n|-|", "- \n  - \n", "*".repeat(500)]) {
    render(<Markdown text={text} />);
  }
});
