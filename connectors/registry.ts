import type { AppAddress } from './app.ts';
import type { Pace } from './rest/paces.ts';
import { createRestSource } from './rest/source.ts';
import type { ConnectorDefinition } from './schema.ts';
import type { Credentials, Source } from './source.ts';

/** What a source asks with. */
export interface SourceOptions {
  readonly credentials: Credentials;
  /** What asks: the egress guard's. */
  readonly fetch: typeof fetch;
  /** Shared by the sources of one connection (`createPaces().of(connectionId, definition.rateLimit)`). */
  readonly pace?: Pace;
}

/** The source kind that a definition names, made for one connection. */
export function createSource(
  definition: ConnectorDefinition,
  app: AppAddress,
  options: SourceOptions,
): Source {
  switch (definition.kind) {
    case 'rest':
      return createRestSource(definition, { app, ...options });
  }
}
