import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { SourceProgram } from '../program/program-of.ts';
import { type ProgramSpec, runProgram } from '../program/run.ts';
import { excerpt } from '../redact.ts';
import { nameOf } from './catalog.ts';
import { type AirbyteMessage, parseLine } from './messages.ts';
import { createSaid } from './said.ts';

/** A source to be asked: its command, and how long it may be silent. */
export type AskedSource = SourceProgram['spec'];

interface Question<T> {
  readonly command: 'spec' | 'check' | 'discover';
  readonly configuration?: JsonObject;
  readonly signal: AbortSignal;
  /** Takes the answer out of the messages. */
  readonly pick: (message: AirbyteMessage) => T | undefined;
  /** Told of a configuration that takes the place of the one it was given. */
  readonly keep?: (configuration: JsonObject) => Promise<void>;
}

/** Catalogs of large databases are one line. */
const longestLine = 64 * 1024 * 1024;

interface Answer<T> {
  readonly answer: T | undefined;
  /** Why the source failed; null: it ended well. */
  readonly failure: unknown;
  /** The first line that was no message. */
  readonly firstSaid: string | undefined;
}

async function ask<T>(spec: AskedSource, question: Question<T>): Promise<Answer<T>> {
  const { command, configuration, signal, pick } = question;
  const secrets = [...(spec.secrets ?? [])];
  const said = createSaid(secrets, spec.onSaid ?? (() => undefined));
  const run: ProgramSpec = {
    ...spec,
    args: [command, ...(configuration === undefined ? [] : ['--config', '{config.json}'])],
    files: configuration === undefined ? {} : { 'config.json': JSON.stringify(configuration) },
    maxLineBytes: longestLine,
    secrets,
    signal,
  };
  const program = await runProgram(run);
  let answer: T | undefined;
  let firstSaid: string | undefined;
  try {
    for await (const line of program.lines) {
      const parsed = parseLine(line);
      if ('fault' in parsed) throw program.garbage(parsed.fault, line);
      if ('said' in parsed) {
        firstSaid ??= excerpt(line, secrets, 120);
        said.line(parsed.said);
      }
      if (!('message' in parsed)) continue;
      const { message } = parsed;
      answer = pick(message) ?? answer;
      if (message.type === 'LOG') said.log(message.level, message.message);
      if (message.type === 'ERROR') said.error(message.error);
      if (message.type === 'CONTROL') await question.keep?.(message.configuration);
    }
    const failure =
      said.failure() ??
      (await program.finished().then(
        () => null,
        (error: unknown) => error,
      ));
    return { answer, failure, firstSaid };
  } finally {
    await program.stop();
  }
}

async function answerTo<T>(spec: AskedSource, question: Question<T>, name: string): Promise<T> {
  const { answer, failure, firstSaid } = await ask(spec, question);
  if (failure !== null) throw failure;
  if (answer !== undefined) return answer;
  throw noAnswer(question.command, name, firstSaid);
}

const noAnswer = (command: string, name: string, firstSaid: string | undefined): TributaryError =>
  new TributaryError(
    'SOURCE_PROGRAM_GARBAGE',
    `The source gave no ${name} when asked for "${command}"${firstSaid === undefined ? '.' : `; it said: ${firstSaid}`}`,
  );

/** What a source says of itself. */
export interface SourceSpec {
  /** JSON Schema of its configuration. */
  readonly configuration: JsonObject;
}

/**
 * Asks a source what its configuration is.
 * @throws {TributaryError} SOURCE_PROGRAM_*; SOURCE_PROGRAM_GARBAGE also when it gives no specification
 */
export async function specOf(spec: AskedSource, signal: AbortSignal): Promise<SourceSpec> {
  const pick = (message: AirbyteMessage) => (message.type === 'SPEC' ? message.spec : undefined);
  const { connectionSpecification } = await answerTo(spec, { command: 'spec', signal, pick }, 'SPEC');
  if (typeof connectionSpecification !== 'object' || connectionSpecification === null)
    throw new TributaryError(
      'SOURCE_PROGRAM_GARBAGE',
      'The SPEC of the source has no connectionSpecification.',
    );
  return { configuration: connectionSpecification as JsonObject };
}

/** A source, the configuration of a connection, and where a rotated one is kept. */
export interface ConfiguredSource extends SourceProgram {
  readonly keep?: (configuration: JsonObject) => Promise<void>;
}

/**
 * Tests a configuration.
 * @throws {TributaryError} SOURCE_CONFIGURATION_REFUSED in the source's words, SOURCE_PROGRAM_*
 */
export async function checkOf(source: ConfiguredSource, signal: AbortSignal): Promise<void> {
  const { spec, ...given } = source;
  const { answer, failure, firstSaid } = await ask(spec, {
    ...given,
    command: 'check',
    signal,
    pick: (message) => (message.type === 'CONNECTION_STATUS' ? message : undefined),
  });
  if (answer?.succeeded === false) {
    const words = excerpt(answer.message, spec.secrets ?? [], 500);
    const told = words === '' ? 'It did not say why.' : words;
    throw new TributaryError('SOURCE_CONFIGURATION_REFUSED', `The source says: ${told}`);
  }
  if (failure !== null) throw failure;
  if (answer === undefined) throw noAnswer('check', 'CONNECTION_STATUS', firstSaid);
}

/**
 * The streams that a source has with a configuration, as it describes them.
 * @throws {TributaryError} SOURCE_CONFIGURATION_REFUSED, SOURCE_PROGRAM_*; SOURCE_PROGRAM_GARBAGE also when two streams
 * have one name
 */
export async function streamsOf(
  source: ConfiguredSource,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const { spec, ...given } = source;
  const pick = (message: AirbyteMessage) => (message.type === 'CATALOG' ? message.streams : undefined);
  const streams = await answerTo(spec, { ...given, command: 'discover', signal, pick }, 'CATALOG');
  const names = streams.map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return streams;
  throw new TributaryError('SOURCE_PROGRAM_GARBAGE', `The source has two streams "${twice.slice(0, 100)}".`);
}
