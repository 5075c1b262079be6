import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { TributaryError } from '../../domain/errors.ts';
import { createEgress, type EgressOptions, type Lookup } from '../../platform/egress.ts';

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, url: `http://127.0.0.1:${port}` };
}

function guard(options: EgressOptions = {}) {
  const egress = createEgress(options);
  after(() => egress.close());
  return egress;
}

/** A resolver of ours, and how often it was asked. */
function names(...answers: readonly string[][]) {
  const asked: string[] = [];
  const lookup: Lookup = (name, _options, done) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(name);
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup, asked };
}

const refused = (kind?: string) => (error: unknown) => {
  assert.ok(error instanceof TributaryError, String(error));
  assert.equal(error.code, 'ADDRESS_REFUSED');
  if (kind !== undefined) assert.equal(error.details.class, kind);
  return true;
};

const addresses: readonly (readonly [kind: string, ...addresses: string[]])[] = [
  ['metadata', '169.254.169.254', '[fd00:ec2::254]'],
  [
    'loopback',
    '127.0.0.1',
    '127.8.9.10',
    '[::1]',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
  ],
  ['loopback', '[::ffff:127.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]', 'localhost', 'LOCALHOST.', 'a.localhost'],
  ['private', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '[::ffff:10.0.0.1]'],
  ['link-local', '169.254.1.1', '[fe80::1]', '[febf::1]'],
  ['unique-local', '[fc00::1]', '[fdff::1]', '[fec0::1]'],
  ['carrier-grade NAT', '100.64.0.1', '100.127.255.255'],
  ['unspecified', '0.0.0.0', '0', '[::]'],
  ['multicast', '224.0.0.1', '239.255.255.255', '[ff02::1]'],
  ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '[2001:db8::1]', '[3fff::1]'],
  ['IPv4-mapped', '[::ffff:8.8.8.8]'],
  ['NAT64', '[64:ff9b::8.8.8.8]', '[64:ff9b:1::1]'],
  ['6to4 or Teredo', '[2002:7f00:1::]', '[2002:a00:1::1]', '[2001:0:1::1]'],
  ['reserved', '255.255.255.255', '240.0.0.1', '198.18.0.1', '[::7f00:1]', '[5f00::1]', '[1::1]'],
];

describe('addresses', () => {
  for (const [kind, ...hosts] of addresses)
    for (const host of hosts)
      test(`${host} is ${kind}`, () => {
        assert.throws(() => guard().check(`https://${host}/orders`), refused(kind));
      });

  for (const host of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '[2606:4700::1111]', 'api.example.com'])
    test(`${host} may be asked`, () => guard().check(`https://${host}:8443/orders`));

  for (const address of ['ftp://example.com', 'file:///etc/passwd', 'https://ada:pw@example.com', 'orders'])
    test(`${address} is refused, and not told`, () => {
      assert.throws(
        () => guard().check(address),
        (error: Error) => refused()(error) && !/ada|pw/.test(error.message),
      );
    });

  test('what is allowed is asked: a name, an address, a range', () => {
    const { check } = guard({
      allow: ['Localhost', '10.0.0.7', '192.168.0.0/16', '[fd00::]/8', 'shop.internal'],
    });
    for (const host of ['localhost', '10.0.0.7', '192.168.3.4', '[fd12::1]', 'shop.internal.'])
      check(`http://${host}/`);
    for (const host of ['10.0.0.8', '127.0.0.1', 'a.localhost'])
      assert.throws(() => check(`http://${host}/`), refused());
  });

  for (const entry of ['10.0.0.0/33', '10.0.0.0/x', 'http://shop', 'a b', '1.2.3', ''])
    test(`"${entry}" cannot be allowed`, () => {
      assert.throws(() => createEgress({ allow: [entry] }), { code: 'SETTINGS_INVALID' });
    });
});

describe('names', () => {
  test('one that leads to a private address is refused, and which one it is stays untold', async () => {
    const { lookup } = names(['10.0.0.9']);
    const error = await guard({ lookup })
      .fetch('http://shop.example.com/')
      .catch((caught: unknown) => caught);
    refused('private')(error);
    assert.doesNotMatch(String(error), /10\.0/);
    assert.match(String(error), /shop\.example\.com.*TRIBUTARY_EGRESS_ALLOW/);
  });

  test('one private address among public ones is enough', async () => {
    const { lookup } = names(['93.184.216.34', '::1']);
    await assert.rejects(guard({ lookup }).fetch('http://shop.example.com/'), refused('loopback'));
  });

  test('a name is resolved once a connection, and what it led to then is what is connected to', async () => {
    const { port } = await serve((_, response) =>
      response.writeHead(200, { connection: 'close' }).end('hello'),
    );
    const { lookup, asked } = names(['127.0.0.1'], ['10.0.0.1']);
    const { fetch } = guard({ lookup, allow: ['127.0.0.1'] });
    const address = `http://shop.example.com:${port}/`;
    assert.equal(await (await fetch(address)).text(), 'hello');
    assert.deepEqual(asked, ['shop.example.com']);
    await assert.rejects(fetch(address), refused('private'));
  });

  test('an allowed name may lead anywhere; the address behind another name not', async () => {
    const { port } = await serve((request, response) => response.end(request.headers.host));
    const { lookup } = names(['127.0.0.1']);
    const { fetch } = guard({ lookup, allow: ['shop.internal'] });
    assert.equal(await (await fetch(`http://shop.internal:${port}/`)).text(), `shop.internal:${port}`);
    await assert.rejects(fetch(`http://other.example.com:${port}/`), refused('loopback'));
  });

  test('a name that does not exist fails as it does without the guard', async () => {
    const lookup: Lookup = (_name, _options, done) =>
      done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    await assert.rejects(guard({ lookup }).fetch('http://nowhere.example.com/'), (error: Error) => {
      assert.ok(error instanceof TypeError);
      return (error.cause as NodeJS.ErrnoException).code === 'ENOTFOUND';
    });
  });
});

describe('redirects', () => {
  const allow = ['127.0.0.1'];
  const to =
    (location: string, status = 302): RequestListener =>
    (_, response) =>
      response.writeHead(status, { location }).end('moved');

  test('each one is checked again', async () => {
    for (const target of ['http://10.0.0.1/', 'http://[::1]/', 'ftp://127.0.0.1/', 'http://a:b@127.0.0.1/']) {
      const { url } = await serve(to(target));
      await assert.rejects(guard({ allow }).fetch(url), refused());
    }
  });

  test('five are followed, six are not', async () => {
    const { url } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const { fetch } = guard({ allow });
    const answer = await fetch(`${url}/5`);
    assert.equal(await answer.text(), 'there');
    assert.equal(answer.redirected, true);
    assert.equal(answer.url, `${url}/0`);
    await assert.rejects(fetch(`${url}/6`), refused());
  });

  test('to another origin no credentials go along, to the same one they do', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const { url } = await serve((request, response) => {
      seen.push(request.headers);
      response.writeHead(307, { location: request.url === '/same' ? '/next' : `${other.url}/` }).end();
    });
    const headers = { authorization: 'Bearer t', cookie: 'a=b', 'x-access-token': 'k', accept: 'text/plain' };
    await (await guard({ allow }).fetch(`${url}/same`, { headers })).text();
    assert.equal(seen.length, 3);
    assert.equal(seen[1]?.['x-access-token'], 'k');
    assert.equal(seen[1]?.authorization, 'Bearer t');
    assert.equal(seen[2]?.accept, 'text/plain');
    for (const name of ['authorization', 'cookie', 'x-access-token'])
      assert.equal(seen[2]?.[name], undefined);
  });

  test('a form becomes a GET after 302 and 303, goes again after 307, and not to another origin', async () => {
    const seen: string[] = [];
    const listener: RequestListener = async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push(`${request.method} ${request.headers['content-type'] ?? '-'} ${body}`);
      const status = Number(request.url?.slice(1));
      if (status === 0) response.end();
      else response.writeHead(status, { location: '/0' }).end();
    };
    const { url } = await serve(listener);
    const { fetch } = guard({ allow });
    const send = (to: string) => fetch(to, { method: 'POST', body: new URLSearchParams({ code: '1' }) });
    for (const status of [302, 303, 307]) await (await send(`${url}/${status}`)).text();
    const form = 'POST application/x-www-form-urlencoded;charset=UTF-8 code=1';
    assert.deepEqual(seen, [form, 'GET - ', form, 'GET - ', form, form]);
    const away = await serve(to(`${url}/0`, 307));
    await assert.rejects(send(away.url), refused());
  });

  test('are given back, or are an error, where the caller wants that', async () => {
    const { url } = await serve(to('http://10.0.0.1/'));
    const { fetch } = guard({ allow });
    const answer = await fetch(url, { redirect: 'manual' });
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get('location'), 'http://10.0.0.1/');
    await answer.text();
    await assert.rejects(fetch(url, { redirect: 'error' }), TypeError);
  });
});

describe('answers', () => {
  const allow = ['127.0.0.1'];

  test('are streamed, unpacked and kept on one connection', async () => {
    const sockets = new Set<unknown>();
    const { url } = await serve((request, response) => {
      sockets.add(request.socket);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"id":1}'));
    });
    const { fetch } = guard({ allow });
    for (let n = 0; n < 5; n++) {
      const answer = await fetch(new Request(url, { headers: { accept: 'application/json' } }));
      assert.ok(answer.ok && answer.url === `${url}/`);
      assert.deepEqual(await answer.json(), { id: 1 });
    }
    assert.equal(sockets.size, 1);
  });

  test('a body is sent as a stream', async () => {
    const { url } = await serve((request, response) => void request.pipe(response));
    const body = new ReadableStream({
      start(controller) {
        for (const part of ['a', 'b']) controller.enqueue(Buffer.from(part));
        controller.close();
      },
    });
    const init: RequestInit = { method: 'POST', body, duplex: 'half' };
    assert.equal(await (await guard({ allow }).fetch(url, init)).text(), 'ab');
  });

  const large = Buffer.alloc(100_000, 'x');
  const ways: Readonly<Record<string, RequestListener>> = {
    announced: (_, response) => void response.writeHead(200, { 'content-length': large.length }).end(large),
    chunked: (_, response) => void response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(large),
    packed: (_, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large)),
  };
  for (const [way, listener] of Object.entries(ways))
    test(`one that is too large ends, ${way}`, async () => {
      const { url } = await serve(listener);
      const { fetch } = guard({ allow, maxBytes: 50_000 });
      await assert.rejects(
        fetch(url).then((answer) => answer.text()),
        { code: 'SOURCE_TOO_LARGE' },
      );
    });

  test('one that does not begin, and one that stops in the middle, are cut', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/begun') response.writeHead(200, { 'content-length': 10 }).write('abc');
    });
    const { fetch } = guard({ allow, headersTimeoutMs: 100, bodyTimeoutMs: 100 });
    const codeOf = async (asked: Promise<Response>) =>
      asked
        .then((answer) => answer.text())
        .catch((error: Error) => (error.cause as NodeJS.ErrnoException | undefined)?.code);
    assert.equal(await codeOf(fetch(`${url}/`)), 'UND_ERR_HEADERS_TIMEOUT');
    assert.equal(await codeOf(fetch(`${url}/begun`)), 'UND_ERR_BODY_TIMEOUT');
  });

  test('a caller may stop, before the answer and in the middle of it', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/begun') response.writeHead(200, { 'content-length': 10 }).write('abc');
    });
    const { fetch } = guard({ allow });
    const early = new AbortController();
    const first = fetch(url, { signal: early.signal });
    early.abort(new Error('enough'));
    await assert.rejects(first, /enough/);
    const late = new AbortController();
    const answer = await fetch(`${url}/begun`, { signal: late.signal });
    const text = answer.text();
    late.abort(new Error('enough now'));
    await assert.rejects(text, /enough now/);
  });
});

test('what cannot stand in a header is refused, and not told', async () => {
  const egress = guard({ allow: ['127.0.0.1'] });
  for (const value of ['Bearer top-secret\nx: y', 'Bearer top-secret-€', 'top-secret\0'])
    for (const name of ['authorization', 'x-key']) {
      const error = await egress
        .fetch('http://127.0.0.1:9/', { headers: { [name]: value } })
        .catch((caught: unknown) => caught);
      assert.ok(error instanceof TributaryError, String(error));
      assert.equal(error.code, 'INVALID_CREDENTIALS');
      // A log tells causes too.
      assert.doesNotMatch(inspect(error, { depth: 9 }), /top-secret/);
    }
});
