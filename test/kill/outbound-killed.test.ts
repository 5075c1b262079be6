import { describeKilledSenders } from './outbound-killed.ts';

describeKilledSenders([1, 2], 1);
