"""How far people who rated the same rows agree, beyond chance: every two of them, all of them, and each one."""
