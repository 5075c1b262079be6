import type { AppAddress } from './app.ts';
import type { Pace } from './rest/paces.ts';
import { createRestReports } from './rest/reports.ts';
import { createRestSource } from './rest/source.ts';
import type { ConnectorDefinition } from './schema.ts';
import type { Credentials, ReportSource, Source } from './source.ts';

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

/**
 * The dated reports of the source kind that a definition names, for one connection.
 * @throws TributaryError as `createSource` does
 */
export function createReportSource(
  definition: ConnectorDefinition,
  app: AppAddress,
  options: SourceOptions,
): ReportSource {
  switch (definition.kind) {
    case 'rest':
      return createRestReports(definition, { app, ...options });
  }
}
