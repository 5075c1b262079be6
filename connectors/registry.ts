import { TributaryError } from '../domain/errors.ts';
import { checkAirbyte, createAirbyteSource } from './airbyte/source.ts';
import type { AppAddress } from './app.ts';
import { checkFiles, createFileSource } from './file/source.ts';
import type { Pace } from './rest/paces.ts';
import { createRestReports } from './rest/reports.ts';
import { createRestSource } from './rest/source.ts';
import type { ConnectorDefinition } from './schema.ts';
import { checkSinger, createSingerSource } from './singer/source.ts';
import type { Credentials, ReportSource, Source } from './source.ts';

/** What sources may reach at this installation, beside addresses. */
export interface SourcePlaces {
  /** Programs that may be run as sources: name to path and fixed arguments. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** Absolute folders below which files may be read as sources. */
  readonly folders: readonly string[];
}

/** What a source asks with. Without programs and folders there are none. */
export interface SourceOptions extends Partial<SourcePlaces> {
  readonly credentials: Credentials;
  /** What asks: the egress guard's. */
  readonly fetch: typeof fetch;
  /** Shared by the sources of one connection (`createPaces().of(connectionId, definition.rateLimit)`). */
  readonly pace?: Pace;
  /** Told of each line that a program says to people, without secrets, and of what was odd about what it gave. */
  readonly onSaid?: (line: string) => void;
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
    case 'singer':
      return createSingerSource(definition, app, options);
    case 'airbyte':
      return createAirbyteSource(definition, app, options);
    case 'file':
      return createFileSource(definition, app, options);
  }
}

/**
 * Tests that a source which is no HTTP app can be read with the configuration that `options.credentials` gives.
 * @throws TributaryError INVALID_CREDENTIALS, SOURCE_CONFIGURATION_REFUSED or another SOURCE_* that says why not
 */
export async function checkSource(
  definition: ConnectorDefinition,
  app: AppAddress,
  options: SourceOptions & { readonly signal: AbortSignal },
): Promise<void> {
  switch (definition.kind) {
    case 'singer':
      return checkSinger(definition, app, options);
    case 'airbyte':
      return checkAirbyte(definition, app, options);
    case 'file':
      return checkFiles(definition, app, options);
    case 'rest':
      throw new TributaryError(
        'DEFINITION_INVALID',
        'An app that is asked over HTTP is tested by a request.',
      );
  }
}

/**
 * The dated reports of the source kind that a definition names, for one connection.
 * Only apps that are asked over HTTP have reports: of another kind every report is unknown.
 * @throws TributaryError as `createSource` does
 */
export function createReportSource(
  definition: ConnectorDefinition,
  app: AppAddress,
  options: SourceOptions,
): ReportSource {
  return createRestReports(definition, { app, ...options });
}
