import swagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import type { Api, RouteDeps } from './deps.ts';
import { problem } from './schemas/common.ts';

const description = `Every hand-over of a company's data is a session with one public status code at any time.
Failures are problem answers (RFC 9457): \`code\` names a row of the error table, \`whatToDo\` says how to go on.
Webhooks carry the app's signature in the place of the token; those of apps that do not sign need the token.`;

const tags = [
  'System',
  'Apps',
  'Companies',
  'Receipts',
  'Connections',
  'Wizard',
  'Lifecycle',
  'Sessions',
  'Quarantine',
  'Records',
  'Analysis',
  'Destinations',
  'Syncs',
  'Schedules',
  'Reports',
  'Alerts',
  'Authorization',
  'Webhooks',
];

/** Makes the OpenAPI 3.1 document from the routes' schemas; call it before the routes are added. */
export function describeApi(api: Api, { address }: RouteDeps): void {
  void api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Tributary', version: '1', description },
      servers: [{ url: address('') }],
      tags: tags.map((name) => ({ name })),
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: (route) => {
      const transformed = jsonSchemaTransform(route);
      const open = route.route.config?.open === true;
      return open ? { ...transformed, schema: { ...transformed.schema, security: [] } } : transformed;
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      return withProblems(document.openapiObject as OpenAPIV3_1.Document) as typeof document.openapiObject;
    },
  });
}

/** Every operation can fail, and all fail alike. */
function withProblems(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const { $schema: _, ...schema } = z.toJSONSchema(problem);
  const failure = {
    description: 'What failed, why, and what to do about it',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = Object.entries(item ?? {}).map(([method, operation]) => [
      method,
      {
        ...(operation as object),
        responses: { ...(operation as OpenAPIV3_1.OperationObject).responses, default: failure },
      },
    ]);
    return [path, Object.fromEntries(operations)];
  });
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, schemas: { Problem: schema as OpenAPIV3_1.SchemaObject } },
  };
}
