import { describeRealPrograms } from '../session/real-programs.ts';

describeRealPrograms(
  ['tap-jsonl', 'tap-spreadsheets', 'tap-singer-jsonl'],
  ['users', 'products', 'purchases'],
);
