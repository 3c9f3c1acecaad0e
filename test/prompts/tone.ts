// Sounds to judge: sines of a known level, at 16 kHz.

/** A sine of 440 Hz (or `hz`) whose peak is `dbfs`, and as loud as speech at the target by default. */
export function tone(ms: number, dbfs = -16.5, hz = 440): Int16Array<ArrayBuffer> {
  const amplitude = 32_767 * 10 ** (dbfs / 20);
  return Int16Array.from({ length: 16 * ms }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / 16_000)),
  );
}

export function silence(ms: number): Int16Array<ArrayBuffer> {
  return new Int16Array(16 * ms);
}

export function join(...parts: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  return Int16Array.from(parts.flatMap((part) => [...part]));
}
