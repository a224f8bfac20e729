export interface TestHelperOptions {
  readonly sanitized?: boolean;
  readonly budgetMs?: number;
}

export function buildTestHelper(folder: string, options?: TestHelperOptions): string;
