import { describeKilledTables } from '../kill/killed-tables.ts';

describeKilledTables(
  'source',
  Array.from({ length: 20 }, (_, index) => index + 1),
);
