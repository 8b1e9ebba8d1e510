import { lexer, type Token, type Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { CodeBlock } from "./CodeBlock.tsx";

/**
 * Markdown as elements of the page. Nothing becomes markup by its text: HTML in it is shown as written, pictures from
 * elsewhere are links (the page asks no other place for anything), and links lead to http, https and mail only.
 */
export function Markdown({ text }: { readonly text: string }) {
  const tokens = useMemo(() => lexer(text, { gfm: true }), [text]);
  return <div class="markdown">{blocks(tokens)}</div>;
}

function blocks(tokens: readonly Token[]): ComponentChildren[] {
  return tokens.map((token, at) => block(token, at));
}

function block(token: Token, key: number): ComponentChildren {
  switch (token.type) {
    case "heading": {
      // The page has its own headings above; an answer starts below them.
      const { depth, tokens } = token as Tokens.Heading;
      const Heading = depth <= 1 ? "h2" : depth === 2 ? "h3" : "h4";
      return <Heading key={key}>{inlines(tokens)}</Heading>;
    }
    case "paragraph":
      return <p key={key}>{inlines((token as Tokens.Paragraph).tokens)}</p>;
    case "code": {
      const { lang, text } = token as Tokens.Code;
      return <CodeBlock key={key} code={text} language={lang?.split(/\s/)[0] ?? ""} />;
    }
    case "blockquote":
      return <blockquote key={key}>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case "list":
      return <List key={key} list={token as Tokens.List} />;
    case "table":
      return <Table key={key} table={token as Tokens.Table} />;
    case "hr":
      return <hr key={key} />;
    case "space":
    case "def":
      return null;
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens === undefined ? plain(text) : <span key={key}>{inlines(tokens)}</span>;
    }
    default:
      return <p key={key}>{token.raw}</p>;
  }
}

function List({ list }: { readonly list: Tokens.List }) {
  const items = list.items.map((item, at) => (
    <li key={at} {...(item.task ? { class: "task" } : {})}>
      {item.task && <span class="task-mark">{item.checked === true ? "☑ " : "☐ "}</span>}
      {blocks(item.tokens.filter(({ type }) => type !== "checkbox"))}
    </li>
  ));
  if (!list.ordered) return <ul>{items}</ul>;
  return typeof list.start === "number" && list.start !== 1 ? <ol start={list.start}>{items}</ol> : <ol>{items}</ol>;
}

function Table({ table }: { readonly table: Tokens.Table }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, at) => (
              <th key={at} scope="col">
                {inlines(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column}>{inlines(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inlines(tokens: readonly Token[] | undefined): ComponentChildren[] {
  return (tokens ?? []).map((token, key) => inline(token, key));
}

function inline(token: Token, key: number): ComponentChildren {
  switch (token.type) {
    case "strong":
      return <strong key={key}>{inlines((token as Tokens.Strong).tokens)}</strong>;
    case "em":
      return <em key={key}>{inlines((token as Tokens.Em).tokens)}</em>;
    case "del":
      return <del key={key}>{inlines((token as Tokens.Del).tokens)}</del>;
    case "codespan":
      return <code key={key}>{plain((token as Tokens.Codespan).text)}</code>;
    case "br":
      return <br key={key} />;
    case "link": {
      const { href, tokens } = token as Tokens.Link;
      return <Anchor key={key} href={href} children={inlines(tokens)} />;
    }
    case "image": {
      const { href, text } = token as Tokens.Image;
      return <Anchor key={key} href={href} children={text === "" ? href : text} />;
    }
    case "escape":
      return (token as Tokens.Escape).text;
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens === undefined ? plain(text) : inlines(tokens);
    }
    default:
      return token.raw;
  }
}

function Anchor({ href, children }: { readonly href: string; readonly children: ComponentChildren }) {
  if (!isSafe(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

export function isSafe(href: string): boolean {
  return /^(https?:\/\/|mailto:)/i.test(href);
}

/** Marked keeps a few characters as entities in plain text. */
function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
