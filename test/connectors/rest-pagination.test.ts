import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import type { ConnectorDefinitionInput } from '../../connectors/definition.ts';
import { createLoopGuard } from '../../connectors/rest/loop-guard.ts';
import type { PageToken } from '../../connectors/source.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { json, readAll, rowsOf, serve } from '../support/reading.ts';
import { restDefinition } from '../support/rest-definition.ts';

type Pagination = NonNullable<ConnectorDefinitionInput['resources'][number]['pagination']>;

interface Asked {
  readonly query: URLSearchParams;
  readonly url: URL;
}
interface Answer {
  readonly body: JsonValue;
  readonly link?: string;
}

/** How the pages of one kind are asked for and told, over a list of rows. */
interface Kind {
  readonly name: string;
  readonly pagination: Pagination;
  readonly params?: Record<string, string | number>;
  readonly answer: (rows: readonly JsonObject[], asked: Asked) => Answer;
}

const pageRows = 10;
const rowsFrom = (rows: readonly JsonObject[], start: number) => rows.slice(start, start + pageRows);
const numberIn = (query: URLSearchParams, name: string) => Number(query.get(name) ?? 0);
const nextOf = (rows: readonly JsonObject[], start: number) =>
  start + pageRows < rows.length ? start + pageRows : null;

const kinds: readonly Kind[] = [
  {
    name: 'cursor in the answer',
    pagination: { kind: 'cursor', param: 'after', nextPath: '/meta/next', sizeParam: 'limit', size: 10 },
    answer: (rows, { query }) => {
      const start = numberIn(query, 'after');
      const next = nextOf(rows, start);
      return { body: { data: rowsFrom(rows, start), meta: next === null ? {} : { next: String(next) } } };
    },
  },
  {
    name: 'cursor as a number, with a yes or no',
    pagination: { kind: 'cursor', param: 'after', nextPath: '/next', morePath: '/more' },
    answer: (rows, { query }) => {
      const start = numberIn(query, 'after');
      const next = nextOf(rows, start);
      return { body: { data: rowsFrom(rows, start), next: start + pageRows, more: next !== null } };
    },
  },
  {
    name: 'cursor from the last row',
    pagination: { kind: 'cursor', param: 'after', nextField: '/meta/place', morePath: '/has_more' },
    answer: (rows, { query }) => {
      const start = numberIn(query, 'after');
      return { body: { data: rowsFrom(rows, start), has_more: nextOf(rows, start) !== null } };
    },
  },
  {
    name: 'cursor from the last row, ended by an empty page',
    pagination: { kind: 'cursor', param: 'after', nextField: '/meta/place' },
    answer: (rows, { query }) => ({ body: { data: rowsFrom(rows, numberIn(query, 'after')) } }),
  },
  {
    name: 'page number',
    pagination: { kind: 'page', param: 'page', first: 0 },
    answer: (rows, { query }) => ({ body: { data: rowsFrom(rows, numberIn(query, 'page') * pageRows) } }),
  },
  {
    name: 'page number with a yes or no as text',
    pagination: { kind: 'page', param: 'page', morePath: '/more' },
    answer: (rows, { query }) => {
      const start = (numberIn(query, 'page') - 1) * pageRows;
      return { body: { data: rowsFrom(rows, start), more: String(nextOf(rows, start) !== null) } };
    },
  },
  {
    name: 'offset',
    pagination: { kind: 'offset', param: 'offset', sizeParam: 'limit', size: 10 },
    answer: (rows, { query }) => ({ body: { data: rowsFrom(rows, numberIn(query, 'offset')) } }),
  },
  {
    name: 'offset in a text, counted from 1',
    pagination: { kind: 'offset', first: 1, size: 10 },
    params: { query: 'select * from orders start {offset} max {size}' },
    answer: (rows, { query }) => {
      const [, start, most] = /start (\d+) max (\d+)$/.exec(query.get('query') ?? '') ?? [];
      assert.equal(most, '10');
      return { body: { data: rowsFrom(rows, Number(start) - 1) } };
    },
  },
  {
    name: 'address of the next page, whole',
    pagination: { kind: 'nextUrl', path: '/links/next' },
    answer: (rows, { url }) => {
      const start = numberIn(url.searchParams, 'start');
      const next = nextOf(rows, start);
      const links =
        next === null ? { next: null } : { next: `${url.origin}/orders?start=${next}&q=a%2Fb%20c` };
      return { body: { data: rowsFrom(rows, start), links } };
    },
  },
  {
    name: 'address of the next page, relative',
    pagination: { kind: 'nextUrl', path: '/next' },
    answer: (rows, { query }) => {
      const start = numberIn(query, 'start');
      const next = nextOf(rows, start);
      return { body: { data: rowsFrom(rows, start), next: next === null ? '' : `?start=${next}` } };
    },
  },
  {
    name: 'Link header',
    pagination: { kind: 'link', sizeParam: 'limit', size: 10 },
    answer: (rows, { url }) => {
      const start = numberIn(url.searchParams, 'start');
      const next = nextOf(rows, start);
      const previous = `<${url.origin}/orders?start=0>; title="a, <b>; rel=\\"next\\""; rel="prev first"`;
      const link = next === null ? previous : `${previous}, </orders?start=${next}>; REL="last Next"`;
      return { body: { data: rowsFrom(rows, start) }, link };
    },
  },
];

const ordersOf = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i + 1}`, meta: { place: i + 1 } }));

async function start({ answer }: Kind, count: number) {
  const rows = ordersOf(count);
  const asked: string[] = [];
  const server = await serve((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    asked.push(`${url.pathname}${url.search}`);
    const { body, link } = answer(rows, { query: url.searchParams, url });
    if (link !== undefined) response.setHeader('link', link);
    response.end(JSON.stringify({ time: new Date().toISOString(), ...(body as JsonObject) }));
  });
  return { url: server.url, rows, asked };
}

for (const kind of kinds)
  describe(`pages by ${kind.name}`, () => {
    const definition = restDefinition({ pagination: kind.pagination, params: kind.params ?? {} });

    test('give every row once', async () => {
      for (const count of [25, 20, 1]) {
        const app = await start(kind, count);
        assert.deepEqual(rowsOf(await readAll(app.url, { definition })), app.rows);
      }
    });

    test('of an empty app are one page without rows', async () => {
      const app = await start(kind, 0);
      const pages = await readAll(app.url, { definition });
      assert.deepEqual(pages, [{ rows: [], next: null }]);
      assert.equal(app.asked.length, 1);
    });

    test('go on from every place', async () => {
      const app = await start(kind, 25);
      const pages = await readAll(app.url, { definition });
      let read = 0;
      for (const { rows, next } of pages) {
        read += rows.length;
        if (next === null) continue;
        const from = JSON.parse(JSON.stringify(next)) as PageToken;
        const rest = rowsOf(await readAll(app.url, { definition, from }));
        assert.deepEqual(rest, app.rows.slice(read), `from ${JSON.stringify(from)}`);
      }
    });
  });

describe('pages that never end are SOURCE_CURSOR_REPEATED', () => {
  const code = 'SOURCE_CURSOR_REPEATED';
  const cases: readonly [string, Pagination, (count: number) => JsonValue, string?][] = [
    [
      'cursors that go round',
      { kind: 'cursor', param: 'c', nextPath: '/next' },
      (n) => ({ data: [{ id: n }], next: n % 3 }),
    ],
    ['the same last row', { kind: 'cursor', param: 'c', nextField: 'id' }, () => ({ data: [{ id: 7 }] })],
    ['pages that go round', { kind: 'page', param: 'p' }, (n) => ({ data: [{ id: n % 3 }], at: n })],
    ['an ignored offset', { kind: 'offset', param: 'o' }, (n) => ({ data: [{ id: 1 }, { id: 2 }], at: n })],
    [
      'more, and no row, by offset',
      { kind: 'offset', param: 'o', morePath: '/more' },
      () => ({ data: [], more: true }),
    ],
    [
      'more, and no row, by page',
      { kind: 'page', param: 'p', morePath: '/more' },
      () => ({ data: [], more: true }),
    ],
    [
      'the same address',
      { kind: 'nextUrl', path: '/next' },
      () => ({ data: [{ id: 1 }], next: '/orders?start=1' }),
    ],
    ['a Link to itself', { kind: 'link' }, () => ({ data: [{ id: 1 }] }), '</orders?x=1>; rel=next'],
  ];
  for (const [name, pagination, answer, link] of cases)
    test(name, async () => {
      let count = 0;
      const { url } = await serve((_request, response) => {
        count += 1;
        if (link !== undefined) response.setHeader('link', link);
        response.end(JSON.stringify(answer(count)));
      });
      await assert.rejects(readAll(url, { definition: restDefinition({ pagination }) }), { code });
      assert.ok(count <= 100, `asked ${count} times`);
    });
});

describe('the next page', () => {
  test('is never asked for at another address, and the credentials do not go there', async () => {
    let strangers = 0;
    const stranger = await serve((_request, response) => {
      strangers += 1;
      response.end('{"data":[]}');
    });
    for (const next of [stranger.url, `//127.0.0.1:${new URL(stranger.url).port}/orders`]) {
      const pagination = { kind: 'nextUrl', path: '/next' } as const;
      const byBody = await serve(json({ data: [{ id: 1 }], next }));
      await assert.rejects(readAll(byBody.url, { definition: restDefinition({ pagination }) }), {
        code: 'SOURCE_BAD_ANSWER',
        message: /we do not go there/,
      });
      const byHeader = await serve((_request, response) => {
        response.setHeader('link', `<${next}>; rel="next"`).end('{"data":[]}');
      });
      const linked = restDefinition({ pagination: { kind: 'link' } });
      await assert.rejects(readAll(byHeader.url, { definition: linked }), { code: 'SOURCE_BAD_ANSWER' });
    }
    const odd = await serve((request, response) => {
      const first = !request.url?.startsWith('//');
      const next = `http://${request.headers.host}//127.0.0.1:${new URL(stranger.url).port}/orders`;
      response.end(JSON.stringify({ data: [], next: first ? next : null }));
    });
    await readAll(odd.url, {
      definition: restDefinition({ pagination: { kind: 'nextUrl', path: '/next' } }),
    });
    assert.equal(strangers, 0);
  });

  test('that should follow but cannot be told is SOURCE_BAD_ANSWER: its rows would be lost', async () => {
    const cases: readonly [Pagination, JsonValue][] = [
      [
        { kind: 'cursor', param: 'c', nextPath: '/next', morePath: '/more' },
        { data: [{}], more: true },
      ],
      [
        { kind: 'cursor', param: 'c', nextField: 'id', morePath: '/more' },
        { data: [], more: true },
      ],
      [{ kind: 'cursor', param: 'c', nextField: 'id' }, { data: [{ name: 'no id' }] }],
      [
        { kind: 'nextUrl', path: '/next' },
        { data: [], next: 'http://[' },
      ],
      [
        { kind: 'nextUrl', path: '/next' },
        { data: [], next: { href: '/x' } },
      ],
    ];
    for (const [pagination, body] of cases) {
      const { url } = await serve(json(body));
      await assert.rejects(readAll(url, { definition: restDefinition({ pagination }) }), {
        code: 'SOURCE_BAD_ANSWER',
      });
    }
  });

  test('a place of another pagination, kept while the definition was mended, begins anew', async () => {
    const app = await start(kinds.find(({ name }) => name === 'offset') as Kind, 15);
    const definition = restDefinition({ pagination: { kind: 'offset', param: 'offset' } });
    assert.equal(rowsOf(await readAll(app.url, { definition, from: 'an-old-cursor' })).length, 15);
  });
});

describe('a list that is not there', () => {
  const definition = restDefinition({ recordsPath: '/result/orders' });

  test('is empty where the object that it belongs in holds nothing but counts', async () => {
    for (const result of [{}, { count: 0, start: 1 }]) {
      const { url } = await serve(json({ result, time: 'now' }));
      assert.deepEqual(rowsOf(await readAll(url, { definition })), []);
    }
  });

  test('is SOURCE_BAD_ANSWER anywhere else', async () => {
    for (const body of [
      {},
      { result: { invoices: [] } },
      { result: { error: 'no' } },
      { result: { orders: null } },
    ]) {
      const { url } = await serve(json(body));
      await assert.rejects(readAll(url, { definition }), { code: 'SOURCE_BAD_ANSWER' });
    }
  });
});

test('the places of a very long read are not all kept', async () => {
  const [resource] = restDefinition({
    pagination: { kind: 'cursor', param: 'c', nextPath: '/next' },
  }).resources;
  assert.ok(resource);
  const guard = createLoopGuard(resource, undefined);
  for (let place = 0; place < 150_000; place++) guard({ rows: [], next: `place-${place}` });
  guard({ rows: [], next: 'place-0' });
  assert.throws(() => guard({ rows: [], next: 'place-149999' }), { code: 'SOURCE_CURSOR_REPEATED' });
});
