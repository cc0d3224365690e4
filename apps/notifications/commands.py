"""placeholder until the notifications helper writes it"""
