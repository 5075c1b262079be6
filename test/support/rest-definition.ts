import {
  type ConnectorDefinition,
  type ConnectorDefinitionInput,
  definitionSchema,
} from '../../connectors/definition.ts';

type ResourceInput = ConnectorDefinitionInput['resources'][number];

/** A definition of one resource, `orders` at `/orders`, whose rows are at `/data`; the rest is as it is given. */
export function restDefinition(
  resource: Partial<ResourceInput> = {},
  app: Partial<Omit<ConnectorDefinitionInput, 'resources'>> = {},
): ConnectorDefinition {
  return definitionSchema.parse({
    version: 1,
    id: 'little',
    name: 'Little app',
    auth: { kind: 'bearer' },
    identity: { path: '/me', account: '/id' },
    ...app,
    resources: [
      {
        id: 'orders',
        name: 'Orders',
        path: '/orders',
        recordsPath: '/data',
        key: ['id'],
        cursor: 'updated_at',
        schema: 'infer',
        ...resource,
      },
    ],
  } satisfies ConnectorDefinitionInput);
}
