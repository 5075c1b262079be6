import { partNames, type Seen } from '../../watchdog/parts.ts';
import type { Column } from './table.ts';

const words: Readonly<Record<Seen['state'], string>> = {
  ...{ well: 'well', gone: 'GONE', unchecked: 'not checked' },
};

/** What was seen of each part, as a table. */
export const seenColumns: readonly Column<Seen>[] = [
  { title: 'part', value: ({ part }) => partNames[part] },
  { title: 'state', value: ({ state }) => words[state] },
  { title: 'ms', value: ({ ms }) => ms, align: 'right' },
  { title: 'seen', value: ({ text }) => text, widest: 160 },
];
