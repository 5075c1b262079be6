/** A set of hashes: about twelve bytes each, a quarter of what a Set takes. */
export interface HashSet {
  /** @param hash A whole number that is not 0. */
  readonly add: (hash: number) => void;
  readonly size: () => number;
}

/** An empty set; it doubles when it is two thirds full. */
export function createHashSet(): HashSet {
  let places = new Float64Array(4);
  let size = 0;
  const put = (hash: number): boolean => {
    const last = places.length - 1;
    let place = (hash >>> 0) & last;
    while (places[place] !== 0) {
      if (places[place] === hash) return false;
      place = (place + 1) & last;
    }
    places[place] = hash;
    return true;
  };
  return {
    add: (hash) => {
      if (!put(hash)) return;
      size += 1;
      if (size * 3 < places.length * 2) return;
      const before = places;
      places = new Float64Array(before.length * 2);
      for (const one of before) if (one !== 0) put(one);
    },
    size: () => size,
  };
}
