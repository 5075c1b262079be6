import { describeKilledTables } from '../kill/killed-tables.ts';

describeKilledTables(
  'tap',
  Array.from({ length: 20 }, (_, index) => index + 1),
);
