import swagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import { rolesWith } from '../../domain/roles.ts';
import { needOf } from './auth.ts';
import type { Api, RouteDeps } from './deps.ts';
import { problem } from './schemas/common.ts';

const description = `Every hand-over of a company's data is a session with one public status code at any time.
Failures are problem answers (RFC 9457): \`code\` names a row of the error table, \`whatToDo\` says how to go on.
Each token has a role; what an operation needs and which roles have it stands in its description (GET /api/roles).
Webhooks carry the app's signature in the place of the token; those of apps that do not sign need a token.`;

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
  'Deduplication',
  'Destinations',
  'Syncs',
  'Schedules',
  'Reports',
  'Airtable',
  'Alerts',
  'Events',
  'Roles',
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
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The token of the installation (TRIBUTARY_TOKEN; its role is developer), or one of `tributary token create`.',
          },
        },
      },
    },
    transform: (route) => {
      const transformed = jsonSchemaTransform(route);
      const { config = {} } = route.route;
      const { schema } = transformed;
      if (config.open === true) return { ...transformed, schema: { ...schema, security: [] } };
      const needs = `Roles: ${rolesWith(needOf(config)).join(', ')}.`;
      const description = [schema.description, needs].filter((one) => one !== undefined).join('\n\n');
      return { ...transformed, schema: { ...schema, description } };
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      return withProblems(document.openapiObject as OpenAPIV3_1.Document) as typeof document.openapiObject;
    },
  });
}

/** Every operation can fail, and all fail alike; those that need a token can be refused by its role. */
function withProblems(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const { $schema: _, ...schema } = z.toJSONSchema(problem);
  const failure = {
    description: 'What failed, why, and what to do about it',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const refused = { ...failure, description: 'The role of the token does not allow it; `neededRoles` do' };
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = Object.entries(item ?? {}).map(([method, operation]) => [
      method,
      {
        ...(operation as object),
        responses: {
          ...(operation as OpenAPIV3_1.OperationObject).responses,
          ...((operation as OpenAPIV3_1.OperationObject).security === undefined ? { 403: refused } : {}),
          default: failure,
        },
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
