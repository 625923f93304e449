/** The classifier that the journeys put online, and one record it can judge. */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const python = join(import.meta.dirname, "..", "..", ".venv", "bin", "python");

export const row = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

/** Trains a classifier and writes it as joblib does, as a data scientist would. Gives the path of the file. */
export function trainedModel(): string {
  const path = join(mkdtempSync(join(tmpdir(), "modelport-e2e-")), "flowers.joblib");
  const code = `
import sys, joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
data = load_iris(as_frame=True)
frame = data.data.set_axis(${JSON.stringify(Object.keys(row))}, axis=1)
joblib.dump(LogisticRegression(max_iter=1000).fit(frame, data.target.map(dict(enumerate(data.target_names)))), sys.argv[1])`;
  execFileSync(python, ["-c", code, path]);
  return path;
}
