"""What a launch and a page cost: ``python -m benchmarks.run``; see docs/performance.md."""
