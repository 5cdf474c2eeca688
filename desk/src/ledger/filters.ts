/** By what a list may be narrowed, as its page tells the frame. */
export interface FilterChoice {
  value: string;
  label: string;
}
export interface LedgerFilter {
  /** As it stands in the address. */
  name: string;
  label: string;
  choices: readonly FilterChoice[];
  /** A few choices lie side by side; many open from one field. */
  sideBySide?: boolean;
}
export interface LedgerColumn {
  label: string;
  /** Figures stand under each other. */
  numeric?: boolean;
  /** The order this column can put the list into, as the API calls it. */
  sort?: string;
}
