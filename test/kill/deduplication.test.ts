import { describeKilledDeduplication } from './killed-deduplication.ts';

describeKilledDeduplication([1]);
