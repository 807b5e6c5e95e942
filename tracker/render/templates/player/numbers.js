/* Numbers: packed columns, search and interpolation in sorted columns, addresses that are safe to link. */
(function (P) {
  "use strict";

  /** Columns of integers from base64 of LEB128 varints: zigzag deltas, one row after the other. */
  function unpack(packed, columns) {
    const bytes = atob(packed);
    const out = Array.from({ length: columns }, () => []);
    const last = new Array(columns).fill(0);
    for (let at = 0, column = 0; at < bytes.length; column = (column + 1) % columns) {
      let value = 0, weight = 1, byte;
      do {
        byte = bytes.charCodeAt(at++);
        // Multiplication, not shifts: seconds and coordinates may pass 31 bits when zigzagged.
        value += (byte & 127) * weight;
        weight *= 128;
      } while (byte & 128 && at < bytes.length);
      last[column] += value % 2 ? -(value + 1) / 2 : value / 2;
      out[column].push(last[column]);
    }
    return out.map((values) => Float64Array.from(values));
  }

  /** First index whose value is greater than `value`; the array's length if there is none. */
  function bisect(sorted, value) {
    let low = 0, high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function clamp(value, low, high) {
    return Math.max(low, Math.min(high, value));
  }

  /** Where `value` lies in a sorted column: left index and share 0..1 of the way to the next; ends are held. */
  function between(sorted, value) {
    if (sorted.length < 2) return { left: 0, share: 0 };
    const left = clamp(bisect(sorted, value) - 1, 0, sorted.length - 2);
    const step = sorted[left + 1] - sorted[left];
    return { left, share: step > 0 ? clamp((value - sorted[left]) / step, 0, 1) : 0 };
  }

  function mix(values, place) {
    const here = values[place.left];
    return place.share ? here + (values[place.left + 1] - here) * place.share : here;
  }

  /**
   * Which of the symbols [x, y, index] a press at a pixel means: the nearest within `reach`, or -1. Reports of one town lie
   * on one point: pressing again where the picked one lies goes on to the next of them.
   */
  function hitAt(symbols, x, y, reach, picked = -1) {
    const near = symbols.map(([sx, sy, index]) => ({ index, away: Math.hypot(sx - x, sy - y) }))
      .filter((hit) => hit.away <= reach).sort((a, b) => Math.round(a.away) - Math.round(b.away) || b.index - a.index);
    if (!near.length) return -1;
    return near[(near.findIndex((hit) => hit.index === picked) + 1) % near.length].index;
  }

  /** The address if a reader may follow it (http or https), else null. */
  function safeUrl(address) {
    try {
      const url = new URL(String(address));
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
    } catch {
      return null;
    }
  }

  Object.assign(P, { unpack, bisect, clamp, between, mix, hitAt, safeUrl });
})((globalThis.TrackerPlayer ??= {}));
