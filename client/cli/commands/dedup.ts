import type { Command } from 'commander';
import type {
  DecideMergeBody,
  MergeDecided,
  MergeGroupView,
  MergePairView,
  SessionDeduplication,
} from '../../api/schemas/merges.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { type Column, counted, formatCount, formatTable } from '../output/table.ts';
import { parseCount } from './shared.ts';

interface Options {
  readonly resource?: string;
  readonly limit?: number;
  readonly after?: string;
  readonly decided?: boolean;
  readonly why?: string;
}

const ofResource = ({ resource }: Options) => (resource === undefined ? {} : { resource });
const ofPage = ({ resource, limit = 100, after }: Options) => ({
  ...ofResource({ ...(resource === undefined ? {} : { resource }) }),
  ...(after === undefined ? {} : { after }),
  limit: Math.min(limit, 500),
});
const ofWhy = ({ why }: Options) => (why === undefined ? {} : { why });

/** `tributary dedup`: records that are one, and what people decide about them. */
export function addDedup(program: Command): void {
  const group = program
    .command('dedup')
    .description('records that were merged because they are one: look, undo, answer suggestions');
  const verb = (name: string, description: string, ...lines: string[]): Command =>
    group
      .command(name)
      .argument('<connection>', 'connection id')
      .description(description)
      .option('--resource <id>', 'needed where the app deduplicates several')
      .addHelpText('after', examples(...lines));
  const paged = (command: Command): Command =>
    command
      .option('--limit <count>', 'at most so many', parseCount, 100)
      .option('--after <id>', 'those after this one');

  paged(verb('list', 'which records are one', 'tributary dedup list storefront-west')).action(
    async (id: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const list = await (await context.api()).merges(id, ofPage(options));
      context.answer(list, () => [
        ...(list.groups.length === 0
          ? ['Nothing is merged.']
          : [...formatTable(list.groups, groupColumns), ...moreLines(list.next)]),
      ]);
    },
  );

  verb(
    'show',
    'one merge: what readers see, and each record as the app has it',
    'tributary dedup show storefront-west 1042',
  )
    .argument('<key>', 'key of any of its records')
    .action(async (id: string, key: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const merge = await (await context.api()).merge(id, { key, ...ofResource(options) });
      context.answer(merge, () => [
        `${merge.mergedInto === null ? merge.survivor : placeText(merge.mergedInto)}: ${[...merge.keys, ...merge.others.map(placeText)].join(', ')} are one by ${merge.matchedBy.join(', ')}`,
        `readers see: ${merge.data === null ? 'nothing until the next session' : JSON.stringify(merge.data)}`,
        ...merge.records.map(({ connection, key: of, data }) => {
          const name = connection === id ? of : placeText({ connection, key: of });
          return data === null ? `${name}: deleted at the app` : `${name}: ${JSON.stringify(data)}`;
        }),
      ]);
    });

  verb(
    'undo',
    'let a merged record come back, and never merge it with the others again; with the key that stays all come back',
    'tributary dedup undo storefront-west 1042 --why "father and son"',
  )
    .argument('<key>', 'key of a merged record')
    .option('--why <text>', 'shown beside the decision')
    .action(async (id: string, key: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const answer = await api.undoMerge(id, { key, ...ofResource(options), ...ofWhy(options) });
      context.answer(answer, () => decidedLines(answer));
    });

  paged(
    verb(
      'suggestions',
      'near matches that wait for an answer, or with --decided what people decided',
      'tributary dedup suggestions storefront-west',
      'tributary dedup suggestions storefront-west --decided',
    ),
  )
    .option('--decided', 'what was decided, undone merges too')
    .action(async (id: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const state = options.decided === true ? 'decided' : 'waiting';
      const list = await (await context.api()).mergeSuggestions(id, { ...ofPage(options), state });
      context.answer(list, () => [
        ...(list.pairs.length === 0
          ? ['There are none.']
          : [...formatTable(list.pairs, pairColumns), ...moreLines(list.next)]),
      ]);
    });

  const answers: readonly (readonly [DecideMergeBody['answer'], string])[] = [
    ['accept', 'make both records of a suggestion one'],
    ['dismiss', 'keep both records of a suggestion apart, for ever'],
    ['withdraw', 'take an answer or an undo back, as if nobody had decided'],
  ];
  for (const [answer, description] of answers)
    verb(answer, description, `tributary dedup ${answer} storefront-west 8f14e45fceea167a5a36dedd`)
      .argument('<pair>', 'id of the pair, as the list shows it')
      .option('--why <text>', 'shown beside the decision')
      .action(async (id: string, pair: string, options: Options, command: Command) => {
        const context = contextOf(command);
        const api = await context.api();
        const body = { pair, answer, ...ofResource(options), ...ofWhy(options) };
        const decided = await api.decideMerge(id, body);
        context.answer(decided, () => decidedLines(decided, answer));
      });

  group
    .command('session')
    .argument('<session>', 'session id')
    .description('what a session merged and parted')
    .addHelpText('after', examples('tributary dedup session storefront-west.3'))
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const found = await (await context.api()).sessionDeduplication(id);
      context.answer(found, () =>
        found.resources.length === 0
          ? ['This session deduplicated nothing.']
          : found.resources.flatMap(reportLines),
      );
    });
}

const moreLines = (next: string | null): string[] => (next === null ? [] : ['', `More: --after ${next}`]);

/** A record of another connection. */
const placeText = ({ connection, key }: { readonly connection: string; readonly key: string }): string =>
  `${connection}/${key}`;

const groupColumns: readonly Column<MergeGroupView>[] = [
  {
    title: 'record',
    value: ({ survivor, mergedInto }) => (mergedInto === null ? survivor : placeText(mergedInto)),
  },
  {
    title: 'merged',
    value: ({ survivor, keys, others, mergedInto }) =>
      [
        ...keys.filter((key) => mergedInto !== null || key !== survivor),
        ...others.filter((one) => placeText(one) !== (mergedInto && placeText(mergedInto))).map(placeText),
      ].join(', '),
    widest: 120,
  },
  { title: 'by', value: ({ matchedBy }) => matchedBy.join(', ') },
  { title: 'session', value: ({ sessionId }) => sessionId },
];

const pairColumns: readonly Column<MergePairView>[] = [
  { title: 'pair', value: ({ id }) => id },
  {
    title: 'records',
    value: ({ keys, records }) =>
      records[0]?.connection === records[1]?.connection ? keys.join(', ') : records.map(placeText).join(', '),
    widest: 80,
  },
  { title: 'near by', value: ({ suggested }) => suggested?.by ?? null },
  { title: 'similarity', align: 'right', value: ({ suggested }) => suggested?.similarity ?? null },
  { title: 'decided', value: ({ decision }) => decision?.is ?? null },
  { title: 'who', value: ({ decision }) => decision?.by.id ?? null },
  { title: 'why', value: ({ decision }) => decision?.why ?? null, widest: 80 },
];

function decidedLines(
  { pairs, sessionId, after }: MergeDecided,
  answer?: DecideMergeBody['answer'],
): string[] {
  const kept = `${pairs} ${pairs === 1 ? 'pair is' : 'pairs are'} decided.`;
  if (sessionId !== null) return [kept, `Session ${sessionId} acts on it.`];
  if (answer === 'dismiss' && after === null)
    return [kept, 'They stay apart; if they were one, the next session parts them.'];
  return [kept, after === null ? 'The next session acts on it.' : `A session after ${after} acts on it.`];
}

const were = (records: number): string => `${counted(records, 'record')} ${records === 1 ? 'was' : 'were'}`;

function reportLines({ resource, ...report }: SessionDeduplication['resources'][number]): string[] {
  const { seen, merged, groups, parted, common, suggestions, list } = report;
  return [
    `${resource}: ${were(merged)} merged away in ${counted(groups, 'group')}, ${formatCount(parted)} came back.`,
    `${were(seen.records)} looked at, ${formatCount(seen.withoutKey)} of them with nothing to match by.`,
    ...seen.alternatives.map(
      ({ by, empty, ignored }) =>
        `${by}: empty in ${counted(empty, 'record')}, without meaning in ${formatCount(ignored)}.`,
    ),
    ...common.map(
      ({ by, value, records }) =>
        `${by} "${value}": shared by ${counted(records, 'record')}, merges nothing.`,
    ),
    suggestions === 1
      ? '1 suggestion waits for an answer.'
      : `${formatCount(suggestions)} suggestions wait for an answer.`,
    ...(list.length === 0 ? [] : ['', ...formatTable(list, groupColumns)]),
    '',
  ];
}
