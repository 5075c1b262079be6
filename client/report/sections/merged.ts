import type { SessionReport } from '../data.ts';
import { clipped, html } from '../html.ts';
import { counted, countText } from '../words.ts';
import { paragraph, remark, type Section, table } from './section.ts';

const mostKeys = 5;

type Merged = SessionReport['merged'][number];

type Group = Merged['list'][number];

const placeText = ({ connection, key }: Group['others'][number]): string => `${connection}/${key}`;

const staysOf = ({ survivor, mergedInto }: Group): string =>
  mergedInto === null ? survivor : placeText(mergedInto);

const othersOf = (group: Group): string => {
  const stays = staysOf(group);
  const others = [...group.keys, ...group.others.map(placeText)].filter((one) => one !== stays);
  const left = others.length - mostKeys;
  return others.slice(0, mostKeys).join(', ') + (left > 0 ? ` and ${countText(left)} more` : '');
};

function summaryOf(name: string, { merged, parted, seen }: Merged): string {
  const text = `${name}: ${counted(seen.records, 'record')} ${seen.records === 1 ? 'was' : 'were'} compared, ${countText(merged)} merged away`;
  return `${text}${parted === 0 ? '' : `, ${countText(parted)} came back`}.`;
}

/** Which records of different keys became one in this session, and by what. */
export const mergedSection = ({
  session,
  merged,
  dataKept,
  later,
  resourceNames,
}: SessionReport): Section => ({
  id: 'merged',
  title: 'One record from several',
  body:
    merged.length === 0
      ? html`<p class="none">${dataKept ? 'This session compared no records with each other.' : 'The records and what was merged of them were deleted.'}</p>`
      : merged.flatMap((one) => [
          paragraph(summaryOf(clipped(resourceNames[one.resource] ?? one.resource, 80), one)),
          ...(one.list.length === 0
            ? []
            : [
                table(one.list, [
                  { title: 'stays', cell: (group) => clipped(staysOf(group), 80) },
                  { title: 'one with it', cell: (group) => clipped(othersOf(group), 300) },
                  { title: 'equal in', cell: ({ matchedBy }) => clipped(matchedBy.join('; '), 200) },
                ]),
                remark(
                  `All of them, and how to undo one: tributary dedup list ${session.connectionId} --resource ${one.resource}`,
                ),
              ]),
          ...one.common.map(({ by, value, records }) =>
            remark(
              clipped(
                `${by} "${value.slice(0, 80)}" is shared by ${countText(records)} records: too many to be one.`,
                300,
              ),
            ),
          ),
          ...(later === null || one.merged === 0
            ? []
            : [remark('Groups that later sessions changed are not listed here.')]),
          ...(one.suggestions === 0
            ? []
            : [
                remark(
                  `Nearly equal and waiting for an answer: ${counted(one.suggestions, 'pair')}. tributary dedup suggestions ${session.connectionId} --resource ${one.resource}`,
                ),
              ]),
        ]),
});
