import { describeKilledDeduplication } from '../kill/killed-deduplication.ts';

describeKilledDeduplication(Array.from({ length: 20 }, (_, index) => index + 4));
