/** Which rows are being ended at the moment, by key. */
export class EndingRows {
  /** How many reaps each waits for, or is in. */
  private readonly counts = new Map<string, number>();

  constructor(private readonly onChange: () => void) {}

  has(key: string): boolean {
    return this.counts.has(key);
  }

  /** From now until the work is done, however it ends. */
  async during<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const key of keys) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    if (keys.length > 0) this.onChange();
    try {
      return await work();
    } finally {
      for (const key of keys) {
        const left = (this.counts.get(key) ?? 1) - 1;
        if (left > 0) this.counts.set(key, left);
        else this.counts.delete(key);
      }
      if (keys.length > 0) this.onChange();
    }
  }
}
