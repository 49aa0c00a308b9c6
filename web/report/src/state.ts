// What the reader has chosen for the whole page, and who wants to know.

type Listener = () => void;

class Choices {
  private readonly hidden = new Set<string>();
  private readonly listeners: Listener[] = [];

  isHidden(name: string): boolean {
    return this.hidden.has(name);
  }

  toggle(name: string): void {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    for (const listener of this.listeners) listener();
  }

  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }
}

/** The traces that are hidden everywhere, by name. */
export const choices = new Choices();
