import { discoverAirbyte, specAirbyte } from '../../../connectors/airbyte/source.ts';
import { secretValues } from '../../../connectors/configuration.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { UsageError } from '../exit.ts';
import type { AskedProgram, ToldByProgram } from './add-program.ts';

/** What a configuration must say, by its JSON Schema. */
const requiredOf = ({ required }: JsonObject): readonly string[] =>
  Array.isArray(required) ? required.filter((name): name is string => typeof name === 'string') : [];

/**
 * A schema without formats: in the protocol they say what a destination may make of a text, and sources give dates that
 * are none by the standard. All rows would go to quarantine. (A field called `format` has an object there.)
 */
const withoutFormats = (schema: JsonObject): JsonObject =>
  JSON.parse(
    JSON.stringify(schema, (name, value) =>
      name === 'format' && typeof value === 'string' ? undefined : value,
    ),
  ) as JsonObject;

/**
 * Asks an Airbyte source: what its configuration is, then its streams.
 * @throws {UsageError} when it needs a configuration and none was given; TributaryError SOURCE_PROGRAM_*
 */
export async function askSource({
  command,
  configuration,
  signal,
  ...listening
}: AskedProgram): Promise<ToldByProgram> {
  const schema = await specAirbyte(command, signal, listening);
  const required = requiredOf(schema);
  if (configuration === undefined && required.length > 0)
    throw new UsageError(
      `The source shows its streams only with a configuration: give one with --config. It must say ${required.join(', ')}.`,
    );
  const given = configuration ?? {};
  const secrets = secretValues(schema, given);
  const found = await discoverAirbyte(command, given, signal, { ...listening, secrets });
  return {
    configuration: schema,
    streams: found.map(({ id, schema: rows, key, cursor, incremental }) => ({
      ...{ id, schema: withoutFormats(rows), key, incremental },
      cursor: incremental ? cursor : null,
    })),
  };
}
