import { describeRealPrograms } from './real-programs.ts';

// The other taps are read twice, and the other stream is read, by the tests of chaos.
describeRealPrograms(['tap-jsonl'], ['users', 'products']);
