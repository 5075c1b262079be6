import { openStores } from '../../../stores/open.ts';

/** Asks an address as often as the limiter lets it, as a process of its own. */
const [uri = '', database = '', url = '', token = '', times = '0', lanes = '1'] = process.argv.slice(2);
const stores = await openStores({ uri, database });
const signal = AbortSignal.timeout(120_000);
let left = Number(times);
const ask = async (): Promise<void> => {
  while (left-- > 0) {
    const turn = await stores.limiter.takeTurn('airtable/base', 5, signal);
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
    turn.ended();
    await response.text();
  }
};
await Promise.all(Array.from({ length: Number(lanes) }, ask));
await stores.close();
