import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { h, type ComponentChildren } from "preact";

/** Loaded with the first block of code. It gives a tree and never markup as text. */
const light = createLowlight({
  bash,
  c,
  cpp,
  css,
  diff,
  dockerfile,
  go,
  java,
  javascript,
  json,
  kotlin,
  markdown,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
});
light.registerAlias({ bash: ["sh", "shell", "zsh", "console"], typescript: ["ts", "tsx"], javascript: ["js", "jsx", "mjs"] });

/** Longer code is shown as it is: colouring it would block the page. */
const MAX = 60_000;

export function highlight(code: string, language: string): ComponentChildren {
  if (code.length > MAX || !light.registered(language)) return code;
  return light.highlight(language, code).children.map(node);
}

type Node = ReturnType<typeof light.highlight>["children"][number];

function node(one: Node, key: number): ComponentChildren {
  if (one.type === "text") return one.value;
  if (one.type !== "element") return null;
  const names = one.properties["className"];
  return h("span", { key, class: Array.isArray(names) ? names.join(" ") : "" }, one.children.map(node));
}
