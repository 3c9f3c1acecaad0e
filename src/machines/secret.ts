// A value that somebody keyed or was sent, which nothing may print. Promises: no way of turning it
// into text but `reveal()`, which is easy to grep for. Knows nothing of what it holds.

const HIDDEN = '[secret]';

/**
 * Holds digits, codes and phone numbers so that logging, serialising, inspecting, interpolating or
 * comparing them by accident yields `[secret]`. Immutable until `wipe()`; `wipe()` overwrites the
 * bytes held here. Strings handed out by `reveal()` are beyond its reach: keep them short-lived.
 */
export class Secret {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  static of(text: string): Secret {
    return new Secret(new TextEncoder().encode(text));
  }

  static readonly empty = new Secret(new Uint8Array(0));

  /** A new secret: this one followed by `other`. Both stay as they are. */
  append(other: Secret): Secret {
    const joined = new Uint8Array(this.#bytes.length + other.#bytes.length);
    joined.set(this.#bytes);
    joined.set(other.#bytes, this.#bytes.length);
    return new Secret(joined);
  }

  /** How many characters it holds (keys are ASCII). */
  get length(): number {
    return this.#bytes.length;
  }

  /** The value itself. Every call of this is a place to review. */
  reveal(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  /** Overwrites what is held here with zeroes. */
  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}
