import { describeRealTaps } from '../session/real-taps.ts';

describeRealTaps(['tap-jsonl', 'tap-spreadsheets', 'tap-singer-jsonl']);
