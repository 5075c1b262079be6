import assert from 'node:assert/strict';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkFiles } from '../../connectors/file/source.ts';
import { TributaryError } from '../../domain/errors.ts';
import { createEgress } from '../../platform/egress.ts';
import { ownCertificate, ownKey } from './file-fixtures.ts';
import { after, fileDefinition, type Given, readAll } from './file-support.ts';

const csv = { file: { pattern: 'orders.csv', format: 'csv' } };

async function serving(t: TestContext, server: Server, maxBytes?: number) {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const egress = createEgress({ allow: ['127.0.0.1', 'localhost'], ...(maxBytes ? { maxBytes } : {}) });
  t.after(async () => {
    await egress.close();
    await new Promise((closed) => server.close(closed));
  });
  return { port: (server.address() as AddressInfo).port, fetch: egress.fetch };
}

const codeOf = ({ error }: Given): [string, boolean] => {
  assert.ok(error instanceof TributaryError, String(error));
  return [error.code, error.retryable];
};

/** A server whose answer each step of a test sets. */
async function scene(t: TestContext, maxBytes?: number) {
  const steps: { answer: (response: ServerResponse) => unknown; asked: unknown[] } = {
    answer: (response) => response.end('id,v\n1,a\n'),
    asked: [],
  };
  const listener: RequestListener = ({ headers, method }, response) => {
    steps.asked.push([method, headers['if-modified-since'], headers.range]);
    steps.answer(response);
  };
  const { port, fetch } = await serving(t, createServer(listener), maxBytes);
  return { steps, reading: { location: `http://127.0.0.1:${port}/`, folders: [], fetch, ...csv } };
}

test('a date of change is enough to ask by; parts of a file are never asked for', async (t) => {
  const { steps, reading } = await scene(t);
  const changed = 'Mon, 01 Jan 2024 00:00:00 GMT';
  steps.answer = (response) => {
    const [, since] = (steps.asked.at(-1) ?? []) as string[];
    if (since === changed) response.writeHead(304).end();
    else response.writeHead(200, { 'last-modified': changed }).end('id,v\n1,a\n');
  };
  const first = await readAll(reading);
  const second = await readAll(reading, after(first));
  assert.deepEqual([first.rows, second.rows], [[{ id: '1', v: 'a' }], []]);
  assert.deepEqual(steps.asked, [
    ['GET', undefined, undefined],
    ['GET', changed, undefined],
  ]);
  // Nobody asked whether it had changed: without this the file would count as empty.
  steps.answer = (response) => response.writeHead(304).end();
  assert.deepEqual(codeOf(await readAll(reading)), ['SOURCE_REFUSED', false]);
});

test('an answer that breaks off gives no row; the retry gives each row once', async (t) => {
  const { steps, reading } = await scene(t);
  const content = `id,v\n${Array.from({ length: 3_000 }, (_, i) => `${i},x\n`).join('')}`;
  const breaks = [
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': String(content.length) });
      response.write(content.slice(0, 9_000), () => response.destroy());
    },
    (response: ServerResponse) => void response.write(content.slice(0, 9_000), () => response.destroy()),
    (response: ServerResponse) => response.destroy(),
  ];
  for (const answer of breaks) {
    steps.answer = answer;
    const broken = await readAll(reading);
    assert.deepEqual([codeOf(broken), broken.rows], [['SOURCE_UNREACHABLE', true], []]);
    steps.answer = (response) => response.end(content);
    const whole = await readAll(reading, { from: broken.pages.at(-1)?.next ?? null });
    assert.ifError(whole.error);
    assert.equal(whole.rows.length, 3_000);
  }
  // Packed, and whole as the server says, but cut: what came before is kept.
  const packed = gzipSync(content);
  steps.answer = (response) => response.end(packed.subarray(0, packed.length - 20));
  const cut = await readAll(reading);
  assert.deepEqual(codeOf(cut), ['SOURCE_FILE_REFUSED', false]);
  assert.ok(cut.rows.length > 0);
});

test('an address that is gone, locked or too large later says so, and what was read stays read', async (t) => {
  const { steps, reading } = await scene(t, 4_000);
  const first = await readAll(reading);
  assert.equal(first.rows.length, 1);
  const answers: readonly (readonly [number, string, boolean])[] = [
    [404, 'SOURCE_RESOURCE_NOT_FOUND', false],
    [410, 'SOURCE_RESOURCE_NOT_FOUND', false],
    [403, 'SOURCE_REFUSED', false],
    [502, 'SOURCE_SERVER_ERROR', true],
  ];
  for (const [status, ...expected] of answers) {
    steps.answer = (response) => response.writeHead(status).end();
    const later = await readAll(reading, after(first));
    assert.deepEqual([codeOf(later), later.rows, later.bookmark], [expected, [], undefined]);
  }
  steps.answer = (response) => response.end(`id,v\n${'1,a\n'.repeat(2_000)}`);
  assert.deepEqual(codeOf(await readAll(reading, after(first))), ['SOURCE_TOO_LARGE', false]);
  steps.answer = (response) => response.end('id,v\n1,a\n2,b\n');
  assert.deepEqual((await readAll(reading, after(first))).rows, [{ id: '2', v: 'b' }]);
});

test('a certificate that is not accepted is named as the reason', async (t) => {
  const server = createSecureServer({ key: ownKey, cert: ownCertificate }, (_, response) =>
    response.end('id\n1\n'),
  );
  const { port, fetch } = await serving(t, server);
  const location = `https://localhost:${port}/`;
  const says = /^localhost:\d+ could not be reached: its certificate is not accepted \([A-Z_]+\)\.$/;
  const given = await readAll({ location, folders: [], fetch, ...csv });
  assert.deepEqual([codeOf(given), given.rows], [['SOURCE_UNREACHABLE', true], []]);
  assert.match((given.error as Error).message, says);
  const credentials = { authorization: async () => JSON.stringify({ location }) };
  const checking = { credentials, fetch, signal: new AbortController().signal };
  await assert.rejects(checkFiles(fileDefinition(csv), {}, checking), {
    code: 'SOURCE_UNREACHABLE',
    message: says,
  });
});
