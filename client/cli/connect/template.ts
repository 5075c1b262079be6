import { stringify } from 'yaml';
import type { App } from '../../api/schemas/apps.ts';
import { type WizardQuestion, wizardQuestions } from '../../wizard.ts';
import { plain } from '../output/table.ts';
import { configurationTemplate } from './configuration.ts';
import { machineTimeZone } from './connector.ts';

/** A file of answers to every question of an app's wizard: questions as comments, defaults as answers. */
export function templateOf(app: App): string[] {
  const { prerequisites, connector, parameters, credentials, configuration, resources, properties } =
    wizardQuestions(app);
  const zoned = connector.map((one) =>
    one.name === 'timeZone' ? { ...one, default: machineTimeZone() } : one,
  );
  return [
    `# Answers for: tributary connect ${app.id} --yes --file answers.yaml`,
    '# What is left out or empty has its default; what is needed has none.',
    '',
    '# Company id, such as acme (needed); { id: acme, name: Acme Ltd } names a new one',
    'company:',
    `# Id of the connection; empty: ${app.id}-<company>`,
    'id:',
    ...(prerequisites.length === 0
      ? []
      : [
          '',
          '# Done at the app first: all, or a list of',
          ...prerequisites.map(({ name, title, description }) =>
            comment(`  ${name}: ${title}${description === undefined ? '' : ` (${description})`}`),
          ),
          'prerequisites: []',
        ]),
    ...section('connector', zoned),
    ...section('parameters', parameters),
    ...(credentials.length === 0
      ? []
      : [
          '',
          'credentials:',
          ...credentials.flatMap((one) =>
            one.kind === 'secret'
              ? [
                  comment(
                    `${one.title}: a file beside this one that holds it (needed, or TRIBUTARY_APP_SECRET)`,
                    1,
                  ),
                  '  secretFile:',
                ]
              : entry(one, 1),
          ),
        ]),
    ...configurationTemplate(configuration),
    '',
    ...resources.flatMap((one) => entry(one, 0)),
    ...section('properties', properties),
  ];
}

const section = (name: string, questions: readonly WizardQuestion[]): string[] =>
  questions.length === 0 ? [] : ['', `${name}:`, ...questions.flatMap((one) => entry(one, 1))];

const comment = (text: string, depth = 0): string => `${'  '.repeat(depth)}# ${plain(text)}`;

function entry(question: WizardQuestion, depth: number): string[] {
  const { name, title, kind, required, description, example, choices, default: byDefault } = question;
  const more = [
    ...(choices === undefined ? [] : [`${kind === 'choices' ? 'of ' : ''}${choices.join(', ')}`]),
    ...(description === undefined ? [] : [description]),
    ...(example === undefined ? [] : [`such as ${example}`]),
    ...(required && byDefault === undefined ? ['needed'] : []),
  ];
  const value =
    kind === 'json' && typeof byDefault === 'string' ? (JSON.parse(byDefault) as unknown) : byDefault;
  const line =
    value === undefined ? `${name}:` : stringify({ [name]: value }, { collectionStyle: 'flow' }).trim();
  return [
    comment(`${title}${more.length === 0 ? '' : ` (${more.join('; ')})`}`, depth),
    `${'  '.repeat(depth)}${line.replace(/^\{ ?(.*?) ?\}$/s, '$1')}`,
  ];
}
