import { configurationFaults } from '../../../activities/authorization/configuration-faults.ts';
import {
  type ConfigurationField,
  configurationFields,
  fillConfiguration,
} from '../../../connectors/configuration-form.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { App } from '../../api/schemas/apps.ts';
import type { WizardQuestion } from '../../wizard.ts';
import { UsageError } from '../exit.ts';
import type { Answers } from './answers.ts';
import { answerIn, readConfiguration, together } from './configuration.ts';
import { answerOf } from './question.ts';
import type { Scene } from './scene.ts';
import type { Round } from './sheet.ts';

/** What is known before anybody is asked: of the answers file, and of the secret. @throws {UsageError} */
const givenIn = ({ configuration = {}, secret }: Answers): JsonObject =>
  secret === undefined ? configuration : together(configuration, readConfiguration(secret));

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null
    ? undefined
    : typeof value === 'boolean'
      ? value
        ? 'yes'
        : 'no'
      : Array.isArray(value) && value.every((one) => typeof one === 'string')
        ? value.join(', ')
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);

/** Of an alternative the choice whose constants stand there. */
function chosenIn(field: ConfigurationField, value: JsonValue | undefined): string | undefined {
  if (field.kind !== 'alternative') return textOf(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const has = (constants: JsonObject) =>
    Object.entries(constants).every(([name, one]) => (value as JsonObject)[name] === one);
  return Object.entries(field.sets ?? {}).find(([, constants]) => has(constants))?.[0];
}

/** The field as a question at the terminal. */
function questionOf(field: ConfigurationField): WizardQuestion {
  const { id, title, kind, required, description, example } = field;
  const byDefault = textOf(field.default);
  const hint = kind === 'list' ? 'several are separated by commas' : kind === 'json' ? 'as JSON' : undefined;
  const said = [description, hint].filter((one) => one !== undefined).join('; ');
  return {
    ...{ name: id, title, required },
    kind: kind === 'alternative' ? 'choice' : kind === 'list' || kind === 'json' ? 'text' : kind,
    ...(said === '' ? {} : { description: said }),
    ...(example === undefined ? {} : { example }),
    ...(field.choices === undefined ? {} : { choices: field.choices.map((one) => textOf(one) ?? '') }),
    ...(byDefault === undefined ? {} : { default: kind === 'yesNo' ? field.default === true : byDefault }),
  };
}

/** Asks for the configuration of a connection, round by round as a sheet does. */
export function createConfigurationSheet({ person, answers, questions }: Scene) {
  const fields = questions.configuration;
  let last = new Map<string, string>();
  return {
    /** @throws {UsageError} where nobody can be asked and something is missing, or an answer cannot be read */
    fill: async (round: Round): Promise<JsonObject> => {
      const given = round === 'first' ? givenIn(answers) : {};
      const now = new Map<string, string>();
      for (const field of fields) {
        const { id, when, kind } = field;
        if (when !== undefined && now.get(when.id) !== when.choice) continue;
        const before = last.get(id);
        const known = chosenIn(field, answerIn(given, field)) ?? (round === 'same' ? before : undefined);
        // A secret is typed in again, unless all is tried once more as it was.
        const fallback = kind === 'secret' ? undefined : before;
        const facts =
          fallback === undefined ? {} : { fallback: kind === 'yesNo' ? fallback === 'yes' : fallback };
        const text = known ?? textOf(await answerOf(person, questionOf(field), facts));
        if (text !== undefined) now.set(id, text);
      }
      last = now;
      const { configuration, faults } = fillConfiguration(fields, ({ id }) => now.get(id));
      if (faults.length > 0 && person.ask === undefined) throw new UsageError(faults.join('\n'));
      // What no field asks for, a file may still say.
      return together(given, configuration);
    },
  };
}

/** What is missing or wrong in the configuration that was given, where nobody can be asked. */
export function missingIn(app: Pick<App, 'configuration'>, answers: Answers): string[] {
  const schema = (app.configuration ?? {}) as JsonObject;
  const given = givenIn(answers);
  const { configuration } = fillConfiguration(
    configurationFields(schema),
    (field) => chosenIn(field, answerIn(given, field)) ?? textOf(field.default),
  );
  const auth = { kind: 'configuration', schema } as const;
  return configurationFaults({ auth }, together(given, configuration)).map(
    ({ path, message }) => `configuration${path === '' ? '' : `.${path}`}: ${message}`,
  );
}
