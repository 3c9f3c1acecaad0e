// A port with a note of everything that is asked of it, for tests that say what must not be asked.

/** `what`: the port's name and the method, as in `line.play`. */
export interface Ask {
  readonly what: string;
  readonly args: readonly unknown[];
}

export interface Notes {
  readonly asks: Ask[];
  /** What a simulated line was asked that no line may be asked. */
  readonly misuses: string[];
}

export function watchedPort<Port extends object>(name: string, port: Port, notes: Notes): Port {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        notes.asks.push({ what: `${name}.${String(key)}`, args });
        const answer: unknown = member.apply(target, args);
        if (answer instanceof Promise) {
          answer.catch((error: unknown) => {
            if (String(error).includes('misuse')) notes.misuses.push(String(error));
          });
        }
        return answer;
      };
    },
  });
}
