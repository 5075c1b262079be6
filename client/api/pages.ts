import type { FastifyReply } from 'fastify';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/** A whole page; `body` and `head` are HTML. */
export const page = (title: string, body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>${head}<link rel="stylesheet" href="/api/docs/style.css"></head><body>${body}</body></html>`;

/** Answers with a page; nothing keeps it. */
export const sendHtml = (reply: FastifyReply, status: number, html: string) =>
  reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);

/** Answers with a page of a heading and paragraphs of plain text. */
export function sendPage(
  reply: FastifyReply,
  status: number,
  title: string,
  ...paragraphs: readonly string[]
) {
  return sendMessage(reply, status, { title, paragraphs });
}

/** A page with one message for a person. */
export interface Message {
  readonly title: string;
  /** Plain text. */
  readonly paragraphs: readonly string[];
  readonly tone?: 'good' | 'bad' | 'waiting';
  /** Where to go on; `href` may be relative. */
  readonly next?: { readonly href: string; readonly text: string } | undefined;
  /** The page is loaded again, or another one is. */
  readonly refresh?: { readonly secs: number; readonly href?: string };
}

export function sendMessage(reply: FastifyReply, status: number, message: Message) {
  const { title, paragraphs, tone, next, refresh } = message;
  const text = paragraphs.map((one) => `<p>${escaped(one)}</p>`).join('');
  const link =
    next === undefined
      ? ''
      : `<p><a class="button" href="${escaped(next.href)}">${escaped(next.text)}</a></p>`;
  const to = refresh?.href === undefined ? '' : `; url=${escaped(refresh.href)}`;
  const head = refresh === undefined ? '' : `<meta http-equiv="refresh" content="${refresh.secs}${to}">`;
  const body = `<main class="message${tone === undefined ? '' : ` ${tone}`}"><h1>${escaped(title)}</h1><div role="status">${text}</div>${link}</main>`;
  return sendHtml(reply, status, page(title, body, head));
}

export const stylesheet = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --accent: light-dark(#1f5fbf, #8ab4f8); --line: #8886; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
.message { margin: 15vh auto; max-width: 32rem; }
.message h1 { font-size: 1.7rem; border-left: .35rem solid var(--line); padding-left: .8rem; line-height: 1.2; }
.message.good h1 { border-color: light-dark(#1a7f37, #57ab5a); }
.message.bad h1 { border-color: light-dark(#c0392b, #f47067); }
.message.waiting h1 { border-color: var(--accent); }
.connect { margin: 2rem auto; max-width: 34rem; }
.connect h1 { font-size: 1.7rem; line-height: 1.2; margin-bottom: .5rem; }
.connect form + .hint { margin-top: .8rem; }
.connect h2 { border: 0; font-size: 1.05rem; margin: 1.8rem 0 .3rem; }
.connect ul { margin: .3rem 0; padding-left: 1.3rem; }
.connect label { display: block; font-weight: 600; margin-top: 1rem; }
.connect .check { display: flex; gap: .6rem; font-weight: 400; margin-top: .5rem; }
.connect .check input { flex: none; height: 1.2rem; width: 1.2rem; margin: .15rem 0 0; }
.connect input, .connect select { font: inherit; }
.connect label + input, .connect label + select, .connect .hint + input, .connect .hint + select { box-sizing: border-box; width: 100%; padding: .55rem .7rem; border: 1px solid #767676; border-radius: 6px; background: field; color: fieldtext; }
.connect :focus-visible, .button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.hint { color: light-dark(#555, #aaa); font-size: .9rem; margin: .1rem 0 .3rem; }
.notice { border: 1px solid light-dark(#c0392b, #f47067); border-radius: 6px; padding: .6rem 1rem; margin: 1rem 0; }
.notice p { margin: .2rem 0; }
button, .button { display: inline-block; background: var(--accent); color: light-dark(#fff, #10151c); border: 0; border-radius: 6px; font: inherit; font-weight: 600; padding: .7rem 1.4rem; text-decoration: none; cursor: pointer; }
.connect button { margin-top: 1.6rem; width: 100%; }
h2 { border-bottom: 1px solid #8886; margin-top: 2.5rem; }
details { border: 1px solid #8886; border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 3.5rem; }
code, pre { font: 14px/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; background: #8882; padding: .6rem; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #8884; padding: .25rem .6rem .25rem 0; text-align: left; vertical-align: top; }
`;
