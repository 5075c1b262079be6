// A source that costs as little as possible: pages of /<size>/<rows>/<resource>?cursor=<first row>. Prints its address.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { benchRows } from './rows.ts';

/** So many different rows are made; in the pages their ids and times go on. */
const made = benchRows(1_000);
const firstSecond = Date.UTC(2024, 0, 1);

/** Rows are written as text: making objects and JSON of a million rows would cost more than what is measured. */
const templates = made.map((row) => {
  const [before = '', after = ''] = JSON.stringify({ ...row, id: '#', updated_at: '@' }).split(
    '"id":"#","updated_at":"@"',
  );
  return { before, after };
});

function pageText(from: number, to: number): string {
  const rows: string[] = [];
  for (let n = from; n < to; n++) {
    const { before, after } = templates[n % templates.length] ?? { before: '{', after: '}' };
    const time = new Date(firstSecond + n * 1000).toISOString();
    rows.push(`${before}"id":"r${n}","updated_at":"${time}"${after}`);
  }
  return rows.join(',');
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://source');
  const [, size = '', total = ''] = url.pathname.split('/');
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const to = Math.min(from + Number(size), Number(total));
  const next = to < Number(total) ? `"${to}"` : 'null';
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`{"data":[${pageText(from, to)}],"next":${next},"total":${total}}`);
}).listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
