import { createEgress } from '../../platform/egress.ts';

/** An egress guard for tests, whose servers are all on this machine. */
export const localEgress = createEgress({ allow: ['127.0.0.0/8', '::1/128', 'localhost'] });
