import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { errors } from '../../domain/errors.ts';
import { noStore, startTestApi, type TestApi } from './support.ts';

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly schema?: object;
  }[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema?: object; readonly example?: unknown }>;
  };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema?: object }> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: object };
}

describe('the OpenAPI document', { skip: noStore }, () => {
  let t: TestApi;
  let document: Document;
  let operations: { name: string; operation: Operation; path: string }[];
  before(async () => {
    t = await startTestApi();
    document = (await t.api.inject('/api/openapi.json')).json();
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation, path })),
    );
  });
  after(() => t.stop());

  test('is 3.1 and has every route, each with a summary, a tag and the problem answer', () => {
    assert.match(document.openapi, /^3\.1/);
    assert.equal(operations.length, 187);
    for (const { name, operation } of operations) {
      assert.ok(operation.summary && operation.tags?.length === 1, name);
      assert.deepEqual(operation.responses.default?.content?.['application/problem+json']?.schema, {
        $ref: '#/components/schemas/Problem',
      });
    }
    assert.ok(document.components.schemas.Problem && document.components.securitySchemes);
  });

  test('describes every route and parameter, and has an example of every body', () => {
    for (const { name, operation } of operations) {
      assert.ok(operation.description && operation.description !== operation.summary, name);
      for (const { name: parameter, description } of operation.parameters ?? [])
        assert.ok(description, `${name}: ${parameter}`);
      for (const { example } of Object.values(operation.requestBody?.content ?? {})) assert.ok(example, name);
    }
  });

  test('names the parameters of each path', () => {
    for (const { name, operation, path } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const named = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      assert.deepEqual(named.sort(), inPath.sort(), name);
    }
  });

  test('has schemas that are JSON Schema 2020-12', () => {
    const ajv = addFormats.default(new Ajv2020({ strict: false, validateFormats: true }));
    ajv.addSchema({ $id: 'problem', ...document.components.schemas.Problem });
    for (const { name, operation } of operations) {
      const contents = [
        operation.requestBody?.content ?? {},
        ...Object.values(operation.responses).map((one) => one.content ?? {}),
      ];
      const schemas = [
        ...(operation.parameters ?? []).map((one) => one.schema),
        ...contents.flatMap((content) => Object.values(content).map((one) => one.schema)),
      ];
      for (const schema of schemas)
        if (schema !== undefined && !('$ref' in schema)) assert.doesNotThrow(() => ajv.compile(schema), name);
    }
  });

  test('says which routes need no token', () => {
    const open = operations
      .filter(({ operation }) => operation.security?.length === 0)
      .map(({ name }) => name);
    assert.deepEqual(open.sort(), [
      ...[
        'get /api',
        'get /api/health',
        'get /api/oauth/callback',
        'get /api/ready',
        'get /authorize/{state}',
        'get /authorize/{state}/result',
        'get /connect/{token}',
        'get /connect/{token}/result',
        'post /api/slack/interactions',
        'post /api/webhooks/{app}',
        'post /api/webhooks/{app}/{connection}',
        'post /connect/{token}',
      ],
    ]);
  });

  test('has a page for people that names every route and error, and loads nothing from elsewhere', async () => {
    const { body, headers } = await t.api.inject('/api/docs');
    for (const path of Object.keys(document.paths)) assert.ok(body.includes(path), path);
    for (const code of Object.keys(errors)) assert.ok(body.includes(`id="${code}"`), code);
    assert.doesNotMatch(body, /<script|src=|href="http/);
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.equal((await t.api.inject('/api/docs/style.css')).statusCode, 200);
  });
});
