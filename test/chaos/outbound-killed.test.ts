import { describeKilledSenders } from '../kill/outbound-killed.ts';

describeKilledSenders(
  Array.from({ length: 20 }, (_, index) => index + 3),
  2,
);
