"""The rules, in pure Python: values in, values out; time, ids and rows are arguments."""
