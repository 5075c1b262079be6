import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { configurationFrom, configurationSchema, secretValues } from '../configuration.ts';
import type { SourceOptions } from '../registry.ts';
import type { ConnectorDefinition } from '../schema.ts';
import type { ProgramSpec } from './run.ts';

/** The program of a definition, and what it is run with for one connection. */
export interface SourceProgram {
  readonly configuration: JsonObject;
  /** What every run of it has in common. */
  readonly spec: Pick<ProgramSpec, 'command' | 'quietMs' | 'secrets' | 'onSaid'>;
}

/**
 * Finds the program on the allow list, and the configuration of the connection.
 * @throws {TributaryError} SOURCE_PROGRAM_NOT_ALLOWED, INVALID_CREDENTIALS, or what the credentials throw
 */
export async function programOf(
  definition: ConnectorDefinition,
  { programs = {}, credentials, onSaid }: SourceOptions,
): Promise<SourceProgram> {
  const { program } = definition;
  if (program === undefined)
    throw new TributaryError('DEFINITION_INVALID', `${definition.id} names no program.`);
  const configuration = configurationFrom(await credentials.authorization());
  return {
    configuration,
    spec: {
      command: commandOf(program.executable, programs),
      quietMs: program.quietSecs * 1_000,
      secrets: secretValues(configurationSchema(definition) ?? {}, configuration),
      ...(onSaid === undefined ? {} : { onSaid }),
    },
  };
}

/**
 * Path and fixed arguments of a program of the allow list.
 * @throws {TributaryError} SOURCE_PROGRAM_NOT_ALLOWED
 */
export function commandOf(
  executable: string,
  programs: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const command = Object.hasOwn(programs, executable) ? programs[executable] : undefined;
  if (command !== undefined) return command;
  const names = Object.keys(programs);
  const known = names.length === 0 ? 'none is' : `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
  throw new TributaryError(
    'SOURCE_PROGRAM_NOT_ALLOWED',
    `The program "${executable}" is not on the allow list of this installation; ${known}.`,
  );
}
