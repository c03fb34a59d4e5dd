"""What every request and socket passes, whichever face answers it: limits, rates, headers, refusals."""
