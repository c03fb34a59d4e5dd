"""What every request and socket passes, before either face: limits, rates, headers, refusals."""
