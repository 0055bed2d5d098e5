"""What is true of sollicitations: plain values and rules, without SQL, I/O or a clock."""
