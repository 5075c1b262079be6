import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseDefinition } from '../../connectors/definition.ts';
import { askedDay } from '../../connectors/rest/day.ts';
import { textPages } from '../../connectors/rest/text-rows.ts';
import type { ResourceDefinition } from '../../connectors/schema.ts';
import { dayAfter } from '../../domain/report-type.ts';
import { faultsOf } from './definition-support.ts';

type Format = Parameters<typeof askedDay>[0]['format'];
const asked = (date: string, zone: string, format: Format = 'iso', endInclusive = false) =>
  askedDay({ format, endInclusive }, date, zone);

describe('the day that is asked for', () => {
  const days: [what: string, date: string, zone: string, begin: string, end: string][] = [
    ['a plain day', '2017-07-01', 'America/Los_Angeles', '2017-07-01T07:00', '2017-07-02T07:00'],
    ['the day of 23 hours', '2017-03-12', 'America/Los_Angeles', '2017-03-12T08:00', '2017-03-13T07:00'],
    ['the day of 25 hours', '2017-11-05', 'America/Los_Angeles', '2017-11-05T07:00', '2017-11-06T08:00'],
    ['a day without midnight', '2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00', '2018-11-05T02:00'],
    ['an offset from GMT', '2017-11-05', '-7', '2017-11-05T07:00', '2017-11-06T07:00'],
    ['UTC', '2016-02-29', 'UTC', '2016-02-29T00:00', '2016-03-01T00:00'],
  ];
  for (const [what, date, zone, begin, end] of days)
    test(what, () => {
      assert.deepEqual(asked(date, zone), { date: `${begin}:00.000Z`, end: `${end}:00.000Z` });
    });

  test('is written as the app takes it', () => {
    const of = (format: Format, inclusive: boolean) => asked('2017-11-05', 'UTC', format, inclusive);
    assert.deepEqual(of('date', true), { date: '2017-11-05', end: '2017-11-05' });
    assert.deepEqual(of('date', false), { date: '2017-11-05', end: '2017-11-06' });
    assert.deepEqual(of('iso', true), { date: '2017-11-05T00:00:00.000Z', end: '2017-11-05T23:59:59.999Z' });
    assert.deepEqual(of('epochSeconds', true), { date: 1509840000, end: 1509926399 });
    assert.deepEqual(of('epochMilliseconds', false), { date: 1509840000000, end: 1509926400000 });
  });

  test('one day ends where the next begins, in every zone', () => {
    const zones = ['America/Los_Angeles', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', '+5:30'];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7_300 }), fc.constantFrom(...zones), (days, zone) => {
        const date = dayAfter('2010-01-01', days) ?? '';
        const one = asked(date, zone, 'epochMilliseconds');
        assert.equal(one.end, asked(dayAfter(date, 1) ?? '', zone, 'epochMilliseconds').date);
        const hours = (Number(one.end) - Number(one.date)) / 3_600_000;
        assert.ok(hours >= 23 && hours <= 25, `${date} ${zone}: ${hours}`);
      }),
      { numRuns: 60 },
    );
  });

  for (const date of ['2017-02-30', '2017-1-1', '', 'today', '2017-11-05T00:00:00Z', '9999-12-31'])
    test(`"${date}" is refused as a date`, () => {
      assert.throws(() => asked(date, 'UTC'), { code: 'INVALID_INPUT', message: /is no date/ });
    });
  test('an unknown zone is refused', () => {
    assert.throws(() => asked('2017-11-05', 'Mars/Base'), { code: 'INVALID_INPUT', message: /no time zone/ });
  });
});

describe('rows of a file', () => {
  const properties = {
    id: { type: 'string' },
    lines: { type: 'integer' },
    sales: { type: ['number', 'null'] },
    paid: { type: 'boolean' },
  };
  const resource = { id: 'sales', schema: { type: 'object', properties } } as unknown as ResourceDefinition;
  async function pagesOf(text: string, format: 'csv' | 'jsonl' = 'csv', delimiter = ',') {
    const pages = [];
    for await (const page of textPages(resource, text, { format, delimiter })) pages.push(page);
    return pages;
  }
  const rowsIn = async (...args: Parameters<typeof pagesOf>) =>
    (await pagesOf(...args)).flatMap(({ rows }) => rows);

  test('texts of a table become what the schema says, and stay what they are where they are not', async () => {
    assert.deepEqual(
      await rowsIn('id,lines,sales,paid,more\n007,2, 1.5 ,TRUE,x\n"a ""b"", c",,,,\n8,2.5,n/a,no,9e999\n'),
      [
        { id: '007', lines: 2, sales: 1.5, paid: true, more: 'x' },
        { id: 'a "b", c', sales: null, more: '' },
        { id: '8', lines: 2.5, sales: 'n/a', paid: 'no', more: '9e999' },
      ],
    );
    assert.deepEqual(await rowsIn('id;lines;sales\n1;9007199254740993;1e999\n', 'csv', ';'), [
      { id: '1', lines: '9007199254740993', sales: '1e999' },
    ]);
  });

  test('a file without rows is one page without rows', async () => {
    for (const text of ['', '\n', 'id,lines\n'])
      assert.deepEqual(await pagesOf(text), [{ rows: [], next: null }]);
    assert.deepEqual(await pagesOf('\n\n', 'jsonl'), [{ rows: [], next: null }]);
  });

  test('a long file is cut into pages', async () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => `{"n":${i}}`);
    const pages = await pagesOf(lines.join('\r\n'), 'jsonl');
    assert.deepEqual(
      pages.map(({ rows, next }) => [rows.length, next]),
      [
        [1000, 1000],
        [1000, null],
      ],
    );
    assert.deepEqual(pages.at(-1)?.rows.at(-1), { n: 1999 });
  });

  test('what is no table is SOURCE_BAD_ANSWER, and quotes nothing of it', async () => {
    for (const text of ['id,lines\nsecret\n', 'id\n"secret', 'id,id\n1,secret\n'])
      await assert.rejects(pagesOf(text), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'SOURCE_BAD_ANSWER');
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    await assert.rejects(pagesOf('{"n":1}\n{secret\n', 'jsonl'), {
      code: 'SOURCE_BAD_ANSWER',
      message: 'sales: line 2 of the answer is not JSON.',
    });
  });
});

type Json = Record<string, unknown>;

const row = { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, total: {} } };
const atOnce: Json = {
  ...{ id: 'sales', name: 'Sales', key: ['id'], schema: row },
  ...{ date: { param: 'date' }, path: '/sales', recordsPath: '/data' },
};
const request = { path: '/reports', body: { day: '{date}' }, idPath: '/id' };
const status = { path: '/reports/{reportId}', statePath: '/state', done: ['done'] };
const download = { urlPath: '/url', format: 'csv' };
const later = (parts: Json, changes: Json = {}): Json => ({
  ...{ id: 'sales', name: 'Sales', key: ['id'], schema: row, date: {} },
  ...{ asynchronous: { request, status, download, ...parts }, ...changes },
});
const textOf = (...reports: Json[]): string =>
  JSON.stringify({
    ...{ version: 1, id: 'shop', name: 'Shop', auth: { kind: 'bearer' } },
    identity: { path: '/me', account: '/id' },
    resources: [{ id: 'orders', name: 'Orders', path: '/o', recordsPath: '', key: ['id'], schema: 'infer' }],
    reports,
  });

describe('a report in a definition', () => {
  const sound: [what: string, ...reports: Json[]][] = [
    ['that is there at once', atOnce],
    ['with the date in its path', { ...atOnce, date: {}, path: '/sales/{date}' }],
    ['with a range in a query', { ...atOnce, date: {}, params: { q: 'day >= {date} and day < {end}' } }],
    ['of both flavours', atOnce, later({}, { id: 'export' })],
    [
      'that is requested by GET',
      later({ request: { ...request, method: 'GET', path: '/r/{date}', body: undefined } }),
    ],
    ['in lines of JSON below a path', later({ download: { path: '/f/{reportId}', format: 'jsonl' } })],
  ];
  for (const [what, ...reports] of sound)
    test(`${what} is taken`, () => {
      assert.equal(parseDefinition(textOf(...reports), 'app.yaml').reports.length, reports.length);
    });

  const faulty: [what: string, report: Json, path: string, expected: RegExp][] = [
    ['of no flavour', { ...atOnce, path: undefined }, 'reports.0', /one of path and asynchronous/],
    ['of both flavours at once', { ...later({}), path: '/x' }, 'reports.0', /one of path and asynchronous/],
    ['that asks for no date', { ...atOnce, date: {} }, 'reports.0.date', /param, or \{date\}/],
    ['without a list of rows', { ...atOnce, recordsPath: undefined }, 'reports.0', /recordsPath/],
    [
      'with a cursor of sessions',
      { ...atOnce, params: { q: '{since}' } },
      'reports.0.params.q',
      /\{since\} is not known/,
    ],
    [
      'with a key that its schema does not have',
      { ...atOnce, key: ['nr'] },
      'reports.0.key.0',
      /a field of the schema/,
    ],
    [
      'with pages that cannot follow',
      { ...atOnce, pagination: { kind: 'cursor', param: 'c' } },
      'reports.0.pagination',
      /one of nextPath/,
    ],
    ['whose rows stand twice', later({}, { recordsPath: '/x' }), 'reports.0.recordsPath', /download/],
    [
      'whose parameter is of no use',
      later({}, { date: { param: 'day' } }),
      'reports.0.date.param',
      /stands in request/,
    ],
    [
      'requested without a date',
      later({ request: { ...request, body: { a: 1 } } }),
      'reports.0.asynchronous.request',
      /\{date\} in path, params or body/,
    ],
    [
      'with a body that is not sent',
      later({ request: { ...request, method: 'GET' } }),
      'reports.0.asynchronous.request.body',
      /GET/,
    ],
    [
      'with an unknown placeholder',
      later({ request: { ...request, body: { a: ['{day}', '{date}'] } } }),
      'reports.0.asynchronous.request.body.a.0',
      /\{day\} is not known/,
    ],
    [
      'asked for without its id',
      later({ status: { ...status, path: '/reports' } }),
      'reports.0.asynchronous.status.path',
      /\{reportId\}/,
    ],
    [
      'done and failed in one state',
      later({ status: { ...status, failed: ['no', 'done'] } }),
      'reports.0.asynchronous.status.failed.1',
      /each state once/,
    ],
    [
      'fetched from nowhere',
      later({ download: { format: 'csv' } }),
      'reports.0.asynchronous.download',
      /one of path and urlPath/,
    ],
    [
      'in JSON without a list',
      later({ download: { urlPath: '/url' } }),
      'reports.0.asynchronous.download',
      /recordsPath, or format/,
    ],
    [
      'in pages of a file',
      later({ download: { ...download, pagination: { kind: 'link' } } }),
      'reports.0.asynchronous.download.pagination',
      /pages only/,
    ],
  ];
  for (const [what, report, path, expected] of faulty)
    test(`${what} is refused, with line and example`, () => {
      const { faults } = faultsOf(textOf(report));
      const fault = faults.find((one) => one.path === path);
      assert.match(fault?.expected ?? JSON.stringify(faults), expected);
      assert.ok(fault !== undefined && fault.example.length > 0 && fault.line >= 1);
    });

  test('has an id of its own', () => {
    const { faults } = faultsOf(textOf(atOnce, atOnce));
    assert.deepEqual(
      faults.map(({ path }) => path),
      ['reports.1.id'],
    );
  });
});
