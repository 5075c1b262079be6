import type { Command } from 'commander';
import type { DestinationKind } from '../../../domain/delivery.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { Destination, DestinationBody, DestinationChange } from '../../api/schemas/destinations.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { contextOf } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { pairsOf, readInput, readObject, withFaultList } from './deliver-input.ts';
import { collect, parseCount } from './shared.ts';

interface Options {
  readonly name?: string;
  readonly set?: readonly string[];
  readonly configFile?: string;
  readonly secretFile?: string;
  readonly quota?: number;
  readonly warn?: boolean;
  readonly slots?: number;
}

const withOptions = (command: Command): Command =>
  command
    .option('--name <text>', 'what people call it')
    .option('--set <name=value>', 'a part of the configuration; may be given several times', collect)
    .option('--config-file <file>', 'the configuration as YAML or JSON')
    .option('--secret-file <file>', 'file with the secret, "-" for stdin: YAML or JSON, or the bare value')
    .option('--quota <requests>', 'requests that may be made in a calendar month', parseCount)
    .option('--warn', 'only warn where a run would need more than the quota leaves')
    .option('--slots <count>', 'runs that may deliver at a time', parseCount);

/** `tributary destination` */
export function addDestination(program: Command): void {
  const group = program.command('destination').description('places where syncs deliver');
  group
    .command('kinds')
    .argument('[kind]', 'show what this one is configured by')
    .description('list the kinds of destinations')
    .addHelpText('after', examples('tributary destination kinds', 'tributary destination kinds mongodb'))
    .action(async (kind: string | undefined, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const { kinds } = await (await context.api()).destinationKinds();
      if (kind !== undefined) {
        const one = kinds.find((other) => other.kind === kind);
        if (one === undefined)
          throw new UsageError(`"${kind}" is none of ${kinds.map((other) => other.kind).join(', ')}.`);
        context.answer(one, () => [
          ...formatFacts([
            ['kind', `${one.kind} (${one.name})`],
            ['delivers into', one.object],
          ]),
          ...schemaLines('configuration', one.configuration),
          ...(one.secret === null ? [] : schemaLines('secret', one.secret)),
        ]);
        return;
      }
      context.list(kinds, kinds, [
        { title: 'kind', value: (one) => one.kind },
        { title: 'name', value: ({ name }) => name },
        { title: 'into', value: ({ object }) => object },
        { title: 'configuration', value: ({ configuration }) => namesIn(configuration) },
        { title: 'secret', value: ({ secret }) => (secret === null ? 'none' : namesIn(secret)) },
        { title: 'rows of a request', align: 'right', value: ({ limits }) => limits.rowsPerRequest },
      ]);
    });
  withOptions(
    group
      .command('add')
      .argument('<id>', 'a slug such as warehouse')
      .requiredOption('--kind <kind>', 'mongodb, airtable, http, file or singer')
      .description('make a destination; the secret is never an argument'),
  )
    .addHelpText(
      'after',
      examples(
        'tributary destination add warehouse --kind mongodb --set database=sales --secret-file uri.txt',
        'echo "$TOKEN" | tributary destination add base --kind airtable --set base=appXXXXXXXXXXXXXX --secret-file -',
      ),
    )
    .action(async (id: string, options: Options & { readonly kind: string }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const kind = options.kind as DestinationKind;
      const body: DestinationBody = { id, kind, ...(await bodyOf(api, kind, options)) };
      const made = await withFaultList(() => api.createDestination(body));
      context.answer(made, () => [...facts(made), `Try it: tributary destination test ${id}`]);
    });
  group
    .command('list')
    .description('list the destinations')
    .addHelpText('after', examples('tributary destination list'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { destinations } = await (await context.api()).listDestinations();
      context.list(destinations, destinations, [
        { title: 'destination', value: ({ id }) => id },
        { title: 'kind', value: ({ kind }) => kind },
        { title: 'name', value: ({ name }) => name },
        { title: 'secret', value: ({ hasSecret }) => (hasSecret ? 'yes' : 'no') },
        { title: 'syncs', value: ({ syncs }) => syncs.join(', ') },
      ]);
    });
  group
    .command('show')
    .argument('<destination>', 'destination id')
    .description('show a destination')
    .addHelpText('after', examples('tributary destination show warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const one = await (await context.api()).getDestination(id);
      context.answer(one, () => facts(one));
    });
  withOptions(
    group
      .command('update')
      .argument('<destination>', 'destination id')
      .description('change a destination; what is left out stays'),
  )
    .option('--moved', 'it is another place now: its syncs deliver everything again')
    .addHelpText('after', examples('tributary destination update warehouse --secret-file uri.txt'))
    .action(async (id: string, options: Options & { readonly moved?: boolean }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const before = await api.getDestination(id);
      const own = await bodyOf(api, before.kind, options);
      const configuration =
        own.configuration === undefined || options.configFile !== undefined
          ? own.configuration
          : { ...before.configuration, ...own.configuration };
      const body: DestinationChange = {
        ...own,
        ...(configuration === undefined ? {} : { configuration }),
        ...(options.moved === true ? { moved: true } : {}),
      };
      if (Object.keys(body).length === 0) throw new UsageError('Name something that changes.');
      const answer = await withFaultList(() => api.updateDestination(id, body));
      context.answer(answer, () => [...facts(answer.destination), ...answer.effects]);
    });
  group
    .command('test')
    .argument('<destination>', 'destination id')
    .description('ask a destination whether it can be reached and written to; nothing is written')
    .addHelpText('after', examples('tributary destination test warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const check = await (await context.api()).testDestination(id);
      context.answer(check, () => [
        check.ok ? 'It can be reached and written to.' : 'It cannot be used as it is:',
        ...check.problems.map((problem) => `  - ${problem}`),
        ...check.notes,
      ]);
      if (!check.ok) process.exitCode = exitCodes.failed;
    });
  group
    .command('remove')
    .argument('<destination>', 'destination id')
    .description('delete a destination that no sync uses; rows stay where they are')
    .addHelpText('after', examples('tributary destination remove warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).removeDestination(id);
      context.answer(answer, () => [`${id} was removed.`]);
    });
}

async function bodyOf(
  api: TributaryClient,
  kind: DestinationKind,
  { name, set, configFile, secretFile, quota, warn, slots }: Options,
) {
  const configuration = {
    ...(configFile === undefined ? {} : await readObject(configFile)),
    ...(set === undefined ? {} : pairsOf(set, '--set')),
  };
  const secret = secretFile === undefined ? undefined : await secretOf(api, kind, secretFile);
  return {
    ...(name === undefined ? {} : { name }),
    ...(configFile === undefined && set === undefined ? {} : { configuration }),
    ...(secret === undefined ? {} : { secret }),
    ...(quota === undefined
      ? {}
      : {
          quota: { requestsPerMonth: quota, over: warn === true ? ('warn' as const) : ('refuse' as const) },
        }),
    ...(slots === undefined ? {} : { slots }),
  };
}

/** A bare value is the one thing that the kind needs, such as the connection string or the token. */
async function secretOf(api: TributaryClient, kind: DestinationKind, file: string): Promise<JsonValue> {
  const value = await readInput(file);
  if (value === null || value === '') throw new UsageError(`${file} is empty.`);
  if (typeof value === 'object') return value;
  const { kinds } = await api.destinationKinds();
  const schema = kinds.find((one) => one.kind === kind)?.secret;
  const [only, ...more] = Array.isArray(schema?.required) ? schema.required.map(String) : [];
  return only === undefined || more.length > 0 ? value : { [only]: String(value) };
}

const propertiesOf = (schema: JsonObject): readonly (readonly [string, JsonObject])[] =>
  Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonObject>>);

const namesIn = (schema: JsonObject): string =>
  propertiesOf(schema)
    .map(([name]) => name)
    .join(', ') || 'see the schema';

function schemaLines(title: string, schema: JsonObject): string[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return [
    '',
    `${title}:`,
    ...propertiesOf(schema).map(([name, { type, description, default: preset }]) => {
      const need =
        preset === undefined
          ? required.includes(name)
            ? ', needed'
            : ''
          : `, default ${JSON.stringify(preset)}`;
      return `  ${name} (${String(type ?? 'any')}${need}): ${String(description ?? '')}`;
    }),
  ];
}

function facts(one: Destination): string[] {
  const { quota, requestsThisMonth } = one;
  return formatFacts([
    ['destination', one.id],
    ['name', one.name],
    ['kind', one.kind],
    ['configuration', JSON.stringify(one.configuration)],
    ['secret', one.hasSecret ? 'stored, encrypted' : 'none'],
    [
      'quota',
      quota &&
        `${requestsThisMonth ?? 0} of ${quota.requestsPerMonth} requests used this month; ${quota.over}`,
    ],
    ['slots', one.slots],
    ['syncs', one.syncs.join(', ')],
    ['created', one.createdAt],
    ['updated', one.updatedAt],
  ]);
}
