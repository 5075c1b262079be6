import type { AppSettings } from './app.ts';
import { createRestSource } from './rest/source.ts';
import type { ConnectorDefinition } from './schema.ts';
import type { Credentials, Source } from './source.ts';

/** The source kind that a definition names, made for one connection. */
export function createSource(
  definition: ConnectorDefinition,
  app: Pick<AppSettings, 'baseUrl'>,
  credentials: Credentials,
): Source {
  switch (definition.kind) {
    case 'rest':
      return createRestSource(definition, { baseUrl: app.baseUrl, credentials });
  }
}
