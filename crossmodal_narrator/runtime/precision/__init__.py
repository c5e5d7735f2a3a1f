"""Makes a model's other precisions out of its fp32 file, and says what each costs in accuracy and gains in speed."""
