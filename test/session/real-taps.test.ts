import { describeRealTaps } from './real-taps.ts';

// The others are read twice by the tests of chaos.
describeRealTaps(['tap-jsonl']);
