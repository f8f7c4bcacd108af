// The sections in their order.

head();
ran();
bill();
throughput();
latency();
tokens();
failures();
slowest();
retries();
limits();
batches();
cascade();
samples();
allFigures();
draw();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
